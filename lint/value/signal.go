package value

import (
	"strings"

	"github.com/unitvet/unitvet/lint/directive"
)

// signalCount is one more than the highest signal; signals from firstRealTime on are
// real-time signals, the lowest being kept by the C library.
const (
	signalCount   = 65
	firstRealTime = 34
	realTimeSpan  = signalCount - 1 - firstRealTime
)

// signals are the names of signals without SIG (src/basic/signal-util.c).
var signals = map[string]int{
	"HUP": 1, "INT": 2, "QUIT": 3, "ILL": 4, "TRAP": 5, "ABRT": 6, "BUS": 7, "FPE": 8, "KILL": 9, "USR1": 10, "SEGV": 11,
	"USR2": 12, "PIPE": 13, "ALRM": 14, "TERM": 15, "STKFLT": 16, "CHLD": 17, "CONT": 18, "STOP": 19, "TSTP": 20, "TTIN": 21,
	"TTOU": 22, "URG": 23, "XCPU": 24, "XFSZ": 25, "VTALRM": 26, "PROF": 27, "WINCH": 28, "IO": 29, "PWR": 30, "SYS": 31,
}

// parseSignal reads a signal: a number, a name with or without SIG, RTMIN+n, RTMAX-n
// (signal_from_string in src/basic/signal-util.c).
func parseSignal(s string, release int) (int, fault) {
	if n, f := parseSigned(s, 32, release); f == fine {
		if n <= 0 || n >= signalCount {
			return 0, outside
		}
		return int(n), fine
	}
	name := strings.TrimPrefix(s, "SIG")
	if n, ok := signals[name]; ok {
		return n, fine
	}
	for _, edge := range []struct {
		name   string
		sign   byte
		signal int
	}{{"RTMIN", '+', firstRealTime}, {"RTMAX", '-', signalCount - 1}} {
		offset, ok := strings.CutPrefix(name, edge.name)
		if !ok {
			continue
		}
		if offset == "" {
			return edge.signal, fine
		}
		if offset[0] != edge.sign {
			return 0, malformed
		}
		n, f := parseSigned(offset, 32, release)
		if f == fine && max(n, -n) > realTimeSpan {
			f = outside
		}
		return edge.signal + int(n), f
	}
	return 0, malformed
}

// signalExample is what is expected of a signal.
const signalExample = "a signal such as SIGTERM, TERM, RTMIN+3 or 15"

// signal is KillSignal= and its kin (config_parse_signal).
func signal(a argument) []*Problem {
	switch _, f := parseSignal(a.Text, a.Release); f {
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
		if _, f := parseSignal(w.Text, a.Release); f != fine {
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
