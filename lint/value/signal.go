package value

import (
	"strings"

	"github.com/unitvet/unitvet/lint/directive"
)

// Signals from firstRealTime on are real-time signals; those before it are the C
// library's own.
const (
	firstRealTime = 34
	lastSignal    = 64
)

// signals are the names of signals without SIG (src/basic/signal-util.c).
var signals = wordSet("HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU " +
	"URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS")

// wordSet returns a set of words.
func wordSet(words string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(words) {
		set[word] = true
	}
	return set
}

// checkSignal reads a signal: a number, a name with or without SIG, RTMIN+n, RTMAX-n
// (signal_from_string in src/basic/signal-util.c).
func checkSignal(s string, release int) fault {
	if n, f := parseSigned(s, 32, release); f == fine {
		if n <= 0 || n > lastSignal {
			return outside
		}
		return fine
	}
	name := strings.TrimPrefix(s, "SIG")
	if signals[name] {
		return fine
	}
	for _, edge := range []string{"RTMIN+", "RTMAX-"} {
		offset, ok := strings.CutPrefix(name, edge[:len(edge)-1])
		switch {
		case !ok:
			continue
		case offset == "":
			return fine
		case offset[0] != edge[len(edge)-1]:
			return malformed
		}
		n, f := parseSigned(offset, 32, release)
		if f == fine && max(n, -n) > lastSignal-firstRealTime {
			f = outside
		}
		return f
	}
	return malformed
}

// signalExample is what is expected of a signal.
const signalExample = "a signal such as SIGTERM, TERM, RTMIN+3 or 15"

// signal is KillSignal= and its kin (config_parse_signal).
func signal(a argument) []*Problem {
	switch checkSignal(a.Text, a.Release) {
	case malformed:
		return a.whole(BadSignal, quoted(a.Text)+" is no signal", signalExample)
	case outside:
		return a.whole(OutOfRange, quoted(a.Text)+" is out of range", signalExample)
	}
	return nil
}

// exitStatuses are the names of exit statuses, with the release that brought them if
// it is known (src/shared/exit-status.c).
var exitStatuses = loadWords("data/exit_statuses.tsv")

// exitStatusSet is SuccessExitStatus= and its kin: numbers are exit statuses, up to
// 255 (config_parse_set_status).
func exitStatusSet(a argument) []*Problem {
	words, last := BareWords(a.Text)
	var problems []*Problem
	for _, w := range words {
		if exitStatuses().has(w.Text, a.Release) {
			continue
		}
		if _, f := parseUnsigned(w.Text, 8, a.Release); f == fine {
			continue
		}
		if checkSignal(w.Text, a.Release) != fine {
			problems = append(problems, &Problem{Kind: BadExitStatus, Span: w.Span, Effect: DropsEntry,
				Text:     quoted(w.Text) + " is neither an exit status nor a signal",
				Expected: "a number from 0 to 255, a name such as TEMPFAIL, or a signal such as SIGTERM"})
		}
	}
	return appendProblem(problems, last)
}

// parseErrno reads the name or the number of an error; 0 is one (parse_errno in
// src/basic/parse-util.c).
func parseErrno(s string, release int) (int64, fault) {
	for _, v := range errnos() {
		if strings.EqualFold(v.Word, s) && v.Since <= release {
			return 1, fine // which one does not matter here
		}
	}
	const highest = 4095
	n, f := parseSigned(s, 32, release)
	if f == fine && (n < 0 || n > highest) {
		f = outside
	}
	return n, f
}

// errnos returns the names of errors (src/basic/errno-list.c).
func errnos() []directive.Value {
	d, _ := directive.Lookup("Service", "SystemCallErrorNumber")
	return d.Values()
}

// errorNumber is SystemCallErrorNumber=, where kill is new in 247
// (config_parse_syscall_errno).
func errorNumber(a argument) []*Problem {
	const killSince = 247
	expected := "an error such as EPERM, or its number from 1 to 4095"
	if a.Release >= killSince {
		if a.Text == "kill" {
			return nil
		}
		expected += ", or kill"
	}
	n, f := parseErrno(a.Text, a.Release)
	switch {
	case f == malformed:
		return a.whole(BadErrno, quoted(a.Text)+" is no error number", expected)
	case f == outside || n == 0:
		return a.whole(OutOfRange, quoted(a.Text)+" is out of range", expected)
	}
	return nil
}
