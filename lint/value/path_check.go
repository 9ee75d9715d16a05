package value

import "strings"

// pathNeeds is what a directive asks of a path (PathSimplifyWarnFlags in
// src/shared/parse-helpers.h).
type pathNeeds uint8

const (
	needAbsolute pathNeeds = 1 << iota
	needRelative
	// outsideAPI refuses paths below /dev, /sys and /proc.
	outsideAPI
	// outsideAPIButDev refuses paths below /sys and /proc.
	outsideAPIButDev
)

// Releases in which the reading of paths changed, as far as systemd 252, 257 and 262
// tell.
const (
	// parentsOfRootSince is the first to drop components ".." right after the root.
	parentsOfRootSince = 253
	// outsideAPISince is the first to look for API file systems.
	outsideAPISince = 257
)

// path expands the specifiers of a path and returns what systemd objects to in it,
// with its place in the value, nil if nothing (path_simplify_and_warn in
// src/shared/parse-helpers.c).
func (a argument) path(w Word, needs pathNeeds) *Problem {
	e, problem := a.expand(w, pathLimit)
	if problem != nil {
		return problem
	}
	return a.checkPath(e, needs)
}

// checkPath is path for an expanded one.
func (a argument) checkPath(e expanded, needs pathNeeds) *Problem {
	switch {
	case e.open == 0:
		return nil
	case e.open > 0: // all that is sure is how it starts
		return mapped(checkStart(e.Text, needs), e.Word)
	}
	if problem := checkEncoding(e.Text); problem != nil {
		return mapped(problem, e.Word)
	}
	if problem := checkStart(e.Text, needs); problem != nil {
		problem = mapped(problem, e.Word)
		if e.Text == "" { // specifiers that stand for nothing
			problem.Span = e.Span
		}
		return problem
	}
	if !strings.HasPrefix(e.Text, "/") {
		return mapped(CheckRelativePath(e.Text), e.Word)
	}
	from := 0
	if a.Release >= parentsOfRootSince {
		from = afterParents(e.Text)
	}
	if problem := checkComponents(e.Text[from:]); problem != nil {
		problem.Span.Start += from
		problem.Span.End += from
		return mapped(problem, e.Word)
	}
	if name := apiFileSystem(e.Text[from:]); name != "" && a.Release >= outsideAPISince &&
		(needs&outsideAPI != 0 || needs&outsideAPIButDev != 0 && name != "dev") {
		return &Problem{Kind: PathInAPI, Span: e.Span, Text: "the path lies in /" + name,
			Expected: "a path outside /dev, /sys and /proc", Effect: DropsEntry}
	}
	return nil
}

// checkStart returns whether a path starts with a slash though it must not, or does
// not though it must.
func checkStart(path string, needs pathNeeds) *Problem {
	absolute := strings.HasPrefix(path, "/")
	switch {
	case !absolute && needs&needAbsolute != 0:
		return notAbsolute(path)
	case absolute && needs&needRelative != 0:
		return notRelative(path)
	}
	return nil
}

// afterParents returns where an absolute path goes on after the components ".."
// that stand right after the root.
func afterParents(path string) int {
	from := 0
	for start, end := range components(path) {
		if path[start:end] != ".." {
			break
		}
		from = end
	}
	return from
}

// apiFileSystem returns which of dev, sys and proc an absolute path lies in, "" if
// in none.
func apiFileSystem(path string) string {
	for start, end := range components(path) {
		if name := path[start:end]; name == "dev" || name == "sys" || name == "proc" {
			return name
		}
		break
	}
	return ""
}

// Grammars of single paths.

// onePath is that of most directives with one path (config_parse_unit_path_printf in
// src/core/load-fragment.c). Specifiers that stand for nothing make an empty value,
// which is none of its problems.
func onePath(a argument) []*Problem {
	e, problem := a.expandAll(pathLimit)
	if problem == nil && !e.maybeEmpty {
		problem = a.checkPath(e, needAbsolute)
	}
	return a.single(problem)
}

// watchedPath is that of directives with one path that add up: PathExists= and its kin,
// IPIngressFilterPath= and IPEgressFilterPath= (config_parse_path_spec,
// config_parse_ip_filter_bpf_progs).
func watchedPath(a argument) []*Problem {
	return a.single(a.path(a.word(), needAbsolute))
}

// single returns the problem of a value that is one entry: what becomes of it is the
// directive's to say.
func (a argument) single(problem *Problem) []*Problem {
	if problem == nil {
		return nil
	}
	problem.Effect = Unstated
	return []*Problem{problem}
}

// environmentFilePath is EnvironmentFile=: one path after an optional "-", which may
// come from a specifier (config_parse_unit_env_file).
func environmentFilePath(a argument) []*Problem {
	e, problem := a.expandAll(pathLimit)
	if problem != nil {
		return a.single(problem)
	}
	if strings.HasPrefix(e.Text, "-") && e.open != 0 {
		e = e.after(1)
	}
	return a.single(a.checkPath(e, needAbsolute))
}

// after returns e without its first n bytes, which are known.
func (e expanded) after(n int) expanded {
	e.Word = e.Slice(n, len(e.Text))
	if e.open > 0 {
		e.open -= n
	}
	return e
}

// workingDirectory is WorkingDirectory=: a path or "~", "-" before it
// (config_parse_working_directory).
func workingDirectory(a argument) []*Problem {
	w := a.word()
	if strings.HasPrefix(w.Text, "-") {
		w = w.Slice(1, len(w.Text))
	}
	if w.Text == "~" {
		return nil
	}
	problem := a.path(w, needAbsolute)
	if problem != nil && problem.Kind == PathNotAbsolute {
		problem.Expected = "a path that starts with /, or ~ for the home directory of the user"
	}
	return a.single(problem)
}

// pidFile is PIDFile=: relative paths lie in /run (config_parse_pid_file).
func pidFile(a argument) []*Problem {
	e, problem := a.expandAll(pathLimit)
	if problem != nil {
		problem.Effect = DropsLine
		return []*Problem{problem}
	}
	if e.open < 0 && !strings.HasPrefix(e.Text, "/") {
		problem := checkEncoding(e.Text)
		if problem == nil {
			problem = checkComponents(e.Text)
		}
		return a.single(mapped(problem, e.Word))
	}
	if e.open > 0 && e.Text[0] != '/' {
		return nil
	}
	return a.single(a.checkPath(e, needAbsolute|outsideAPI))
}
