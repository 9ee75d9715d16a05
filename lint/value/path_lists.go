package value

import (
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint/source"
)

// Grammars of lists of paths; entries with a problem are skipped, the others count.

// mountsFor is RequiresMountsFor= and WantsMountsFor= (config_parse_unit_mounts_for
// in src/core/load-fragment.c).
func mountsFor(a argument) []*Problem {
	words, last := PathWords(a.Text)
	var problems []*Problem
	for _, w := range words {
		problems = appendProblem(problems, a.path(w, needAbsolute))
	}
	return appendProblem(problems, last)
}

// symlinks is Symlinks=, which ends at the first bad entry
// (config_parse_unit_path_strv_printf).
func symlinks(a argument) []*Problem {
	words, last := PathWords(a.Text)
	for _, w := range words {
		if problem := a.path(w, needAbsolute); problem != nil {
			problem.Effect = DropsRest
			return []*Problem{problem}
		}
	}
	return appendProblem(nil, last)
}

// searchPath is ExecSearchPath=, separated by single colons
// (config_parse_colon_separated_paths).
func searchPath(a argument) []*Problem {
	words, last := splitColons(a.word(), keepEmpty)
	for _, w := range words {
		if problem := a.path(w, needAbsolute); problem != nil {
			problem.Effect = DropsRest
			return []*Problem{problem}
		}
	}
	return appendProblem(nil, last)
}

// flaggedPaths is ReadWritePaths= and its kin (config_parse_namespace_path_strv).
func flaggedPaths(a argument) []*Problem {
	words, last := PathWords(a.Text)
	var problems []*Problem
	for _, w := range words {
		for _, flag := range []string{"-", "+"} {
			if strings.HasPrefix(w.Text, flag) {
				w = w.Slice(1, len(w.Text))
			}
		}
		problems = appendProblem(problems, a.path(w, needAbsolute))
	}
	return appendProblem(problems, last)
}

// tmpfsList is TemporaryFileSystem= (config_parse_temporary_filesystems). Mount
// options are not looked at.
func tmpfsList(a argument) []*Problem {
	words, last := PathWords(a.Text)
	var problems []*Problem
	for _, w := range words {
		scan := scanner{text: w.Text}
		path, problem, _ := scan.next(colonSet, keepEmpty)
		if problem != nil {
			problem.Effect = DropsEntry
			problem = mapped(problem, w)
		} else {
			problem = a.path(path.within(w), needAbsolute)
		}
		problems = appendProblem(problems, problem)
	}
	return appendProblem(problems, last)
}

// directoryFlagsSince is the first release with NAME:LINK:FLAGS in StateDirectory=
// and its kin; earlier ones read NAME:LINK and ignore the rest.
const directoryFlagsSince = 257

// directoryList is RuntimeDirectory= and its kin (config_parse_exec_directories).
func directoryList(a argument) []*Problem {
	words, last := Strv(a.Text)
	var problems []*Problem
	m, parts := cUnescape|unescapeSeparators|keepEmpty, 3
	if a.Release < directoryFlagsSince {
		m, parts = cUnescape|unescapeSeparators, 2
	}
	for _, w := range words {
		fields, _, problem := splitFields(w, m, parts)
		if problem == nil && len(fields) == 0 {
			problem = &Problem{Kind: MissingPath, Span: w.Span, Text: "the entry is empty",
				Expected: "the name of a directory", Effect: DropsRest}
		}
		if problem != nil { // the rest of the line goes with it
			return append(problems, problem)
		}
		problems = appendProblem(problems, a.directory(fields))
	}
	return appendProblem(problems, last)
}

// directory returns what is wrong with an entry of RuntimeDirectory= and its kin.
func (a argument) directory(fields []Word) *Problem {
	name, problem := a.expand(fields[0], pathLimit)
	if problem == nil {
		problem = a.checkPath(name, needRelative)
	}
	if problem != nil {
		return problem
	}
	if first, _, _ := strings.Cut(SimplifyPath(name.Text), "/"); first == "private" && (name.open < 0 || name.open > len(first)) {
		return &Problem{Kind: PathReserved, Span: name.Span, Text: "the directory private is systemd's own",
			Expected: "another name", Effect: DropsEntry}
	}
	if len(fields) > 1 && fields[1].Text != "" {
		if a.Key == "ConfigurationDirectory" {
			return &Problem{Kind: BadOption, Span: fields[1].Span, Text: "ConfigurationDirectory= takes no link",
				Expected: "the name of a directory alone", Effect: DropsEntry}
		}
		if problem := a.path(fields[1], needRelative); problem != nil {
			return problem
		}
	}
	if len(fields) > 2 && fields[2].Text != "" && fields[2].Text != "ro" {
		return &Problem{Kind: BadOption, Span: fields[2].Span, Text: "unknown flag", Expected: "ro", Effect: DropsEntry}
	}
	return nil
}

// splitFields cuts up to n words off the text of a word at its colons; rest says
// that there is more (extract_many_words in src/basic/extract-word.c). The problem
// has its place in the string that the word was read from.
func splitFields(w Word, m mode, n int) (fields []Word, rest bool, problem *Problem) {
	scan := scanner{text: w.Text}
	for len(fields) < n {
		field, problem, ok := scan.next(colonSet, m)
		if problem != nil {
			return nil, false, mapped(problem, w)
		}
		if !ok {
			break
		}
		fields = append(fields, field.within(w))
	}
	return fields, !scan.done && scan.pos < len(scan.text), nil
}

// bindTuplesSince is the first release that cuts BindPaths= into words before it
// looks for colons.
const bindTuplesSince = 258

// bindMounts is BindPaths= and BindReadOnlyPaths= (config_parse_bind_paths).
func bindMounts(a argument) []*Problem {
	if a.Release < bindTuplesSince {
		return a.bindsBeforeTuples()
	}
	words, last := Strv(a.Text)
	var problems []*Problem
	for _, w := range words {
		fields, _, problem := splitFields(w, cUnescape|unescapeSeparators|keepEmpty, 4)
		switch {
		case problem != nil:
			problem.Effect = DropsEntry
		case len(fields) == 4:
			problem = &Problem{Kind: TooManyParts, Span: w.Span, Text: "there are too many colons",
				Expected: "SOURCE[:DESTINATION[:OPTIONS]]", Effect: DropsEntry}
		default:
			problem = a.bind(fields)
		}
		problems = appendProblem(problems, problem)
	}
	return appendProblem(problems, last)
}

// bind returns what is wrong with an entry of BindPaths=.
func (a argument) bind(fields []Word) *Problem {
	src, problem := a.expand(fields[0], pathLimit)
	if problem != nil {
		return problem
	}
	if strings.HasPrefix(src.Text, "-") && src.open != 0 {
		src = src.after(1)
	}
	if problem := a.checkPath(src, needAbsolute); problem != nil {
		return problem
	}
	if len(fields) > 1 {
		if problem := a.path(fields[1], needAbsolute); problem != nil {
			return problem
		}
	}
	if len(fields) > 2 {
		return bindOption(fields[2])
	}
	return nil
}

// bindOption returns what is wrong with the options of a bind mount.
func bindOption(w Word) *Problem {
	if slices.Contains([]string{"", "rbind", "norbind"}, w.Text) {
		return nil
	}
	return &Problem{Kind: BadOption, Span: w.Span, Text: "unknown option", Expected: "rbind or norbind", Effect: DropsEntry}
}

// bindsBeforeTuples reads the words up to a colon or blank, whichever comes first,
// so that a second blank makes an empty entry, and what follows the colon of an
// entry that is skipped is one of its own.
func (a argument) bindsBeforeTuples() []*Problem {
	scan := scanner{text: a.Text}
	var problems []*Problem
	for {
		word, problem, ok := scan.next(eitherSet, unquote|keepEmpty)
		if problem != nil || !ok {
			return appendProblem(problems, problem)
		}
		fields := []Word{word}
		colon := scan.afterColon()
		if problem := a.bind(fields); problem != nil {
			if word.Text == "" && !colon && !word.Quoted {
				problem.Text = "two blanks make an empty entry before systemd 258"
			}
			problems = append(problems, problem)
			continue
		}
		if !colon {
			continue
		}
		word, problem, ok = scan.next(eitherSet, unquote|keepEmpty)
		if problem != nil || !ok {
			return appendProblem(problems, problem)
		}
		colon = scan.afterColon()
		if problem := a.path(word, needAbsolute); problem != nil {
			problems = append(problems, problem)
			continue
		}
		if !colon {
			continue
		}
		word, problem, ok = scan.next(blankSet, unquote)
		if problem != nil || !ok {
			return appendProblem(problems, problem)
		}
		problems = appendProblem(problems, bindOption(word))
	}
}

// mountImages is MountImages= (config_parse_mount_images).
func mountImages(a argument) []*Problem {
	return a.images(2, needAbsolute|outsideAPIButDev, "SOURCE:DESTINATION[:OPTIONS]")
}

// extensionImages is ExtensionImages= (config_parse_extension_images).
func extensionImages(a argument) []*Problem {
	return a.images(1, needAbsolute|outsideAPI, "SOURCE[:OPTIONS]")
}

// images reads a list of entries that start with a number of paths. Any number of
// pairs PARTITION:OPTIONS may follow, or OPTIONS alone as the last.
func (a argument) images(paths int, needs pathNeeds, expected string) []*Problem {
	words, last := Strv(a.Text)
	var problems []*Problem
	for _, w := range words {
		fields, problem := splitColons(w, cUnescape|unescapeSeparators)
		if len(fields) == 0 && problem == nil {
			continue // nothing but colons
		}
		if len(fields) < paths && problem != nil {
			return append(problems, problem)
		}
		if wrong := a.imagePaths(w, fields[:min(paths, len(fields))], paths, needs, expected); wrong != nil {
			problems = append(problems, wrong)
			continue
		}
		fields = fields[min(paths, len(fields)):]
		for len(fields) > 1 {
			problems = appendProblem(problems, a.partitionOptions(fields[0], fields[1]))
			fields = fields[2:]
		}
		if problem != nil {
			return append(problems, problem)
		}
		if len(fields) == 1 {
			_, problem := a.expandFull(fields[0])
			problems = appendProblem(problems, problem)
		}
	}
	return appendProblem(problems, last)
}

// imagePaths returns what is wrong with the paths that an entry starts with.
func (a argument) imagePaths(entry Word, fields []Word, paths int, needs pathNeeds, expected string) *Problem {
	for i, field := range fields {
		if i == 0 && strings.HasPrefix(field.Text, "-") {
			field = field.Slice(1, len(field.Text))
		}
		if problem := a.path(field, needs); problem != nil {
			return problem
		}
	}
	if len(fields) < paths {
		return &Problem{Kind: MissingPath, Span: entry.Span, Text: "there is no destination",
			Expected: expected, Effect: DropsEntry}
	}
	return nil
}

// expandFull expands text that is not of a path, whatever the directive's paths are.
func (a argument) expandFull(w Word) (expanded, *Problem) { return a.expand(w, maxExpansion) }

// partitionOptions returns what is wrong with mount options for a partition.
func (a argument) partitionOptions(partition, options Word) *Problem {
	if problem := a.partition(partition); problem != nil {
		return problem
	}
	_, problem := a.expandFull(options)
	return problem
}

// partitions are the names of the partitions of a disk image
// (partition_designator_table in src/shared/gpt.c).
var partitions = []string{
	"root", "usr", "home", "srv", "esp", "xbootldr", "swap", "root-verity", "usr-verity", "root-verity-sig",
	"usr-verity-sig", "tmp", "var",
}

// otherPartitions were names for partitions of other architectures, up to 252.
var otherPartitions = []string{
	"root-secondary", "root-other", "usr-secondary", "usr-other", "root-secondary-verity", "root-other-verity",
	"usr-secondary-verity", "usr-other-verity", "root-secondary-verity-sig", "root-other-verity-sig",
	"usr-secondary-verity-sig", "usr-other-verity-sig",
}

// isPartition reports whether a release knows the name of a partition.
func isPartition(name string, release int) bool {
	return slices.Contains(partitions, name) || release <= 252 && slices.Contains(otherPartitions, name)
}

// partition returns what is wrong with the name of a partition.
func (a argument) partition(w Word) *Problem {
	if isPartition(w.Text, a.Release) {
		return nil
	}
	return &Problem{Kind: BadPartition, Span: w.Span, Text: "unknown partition",
		Expected: "one of " + strings.Join(partitions, ", "), Effect: DropsEntry}
}

// rootImageOptions is RootImageOptions=: words OPTIONS or PARTITION:OPTIONS
// (config_parse_root_image_options). A word that cannot be read takes the whole
// value with it.
func rootImageOptions(a argument) []*Problem {
	words, last := Strv(a.Text)
	if last != nil {
		return a.single(last)
	}
	var pairs [][]Word
	for _, w := range words {
		fields, rest, problem := splitFields(w, cUnescape|unescapeSeparators, 2)
		if problem == nil && rest {
			problem = &Problem{Kind: TooManyParts, Span: w.Span, Text: "there are too many colons",
				Expected: "[PARTITION:]OPTIONS"}
		}
		if problem != nil {
			return a.single(problem)
		}
		pairs = append(pairs, fields)
	}
	var problems []*Problem
	for _, pair := range pairs {
		switch len(pair) {
		case 1:
			_, problem := a.expandFull(pair[0])
			problems = appendProblem(problems, problem)
		case 2:
			problems = appendProblem(problems, a.partitionOptions(pair[0], pair[1]))
		}
	}
	return problems
}

// mountNodeSince is the first release that takes UUID= and the like for swap.
const mountNodeSince = 256

// mountSource is What= (config_parse_mount_node): for mounts any text, a path for
// swap up to 255.
func mountSource(a argument) []*Problem {
	if a.Release < mountNodeSince && a.Section == "Swap" {
		return onePath(a)
	}
	e, problem := a.expandAll(maxExpansion)
	if problem == nil && e.open < 0 && len(e.Text) >= MaxPathLength && a.Release >= mountNodeSince {
		problem = &Problem{Kind: PathTooLong, Span: source.Span{Start: 0, End: len(a.Text)},
			Text: "the path is too long", Expected: "less than 4096 bytes"}
	}
	return a.single(problem)
}

// openFile is OpenFile=: PATH[:NAME[:OPTIONS]] (open_file_parse in
// src/shared/open-file.c).
func openFile(a argument) []*Problem {
	fields, rest, problem := splitFields(a.word(), cUnescape|keepEmpty, 3)
	if problem == nil && rest {
		problem = &Problem{Kind: TooManyParts, Span: a.word().Span, Text: "there are too many colons",
			Expected: "PATH[:NAME[:OPTIONS]]"}
	}
	if problem != nil {
		return a.single(problem)
	}
	path := fields[0]
	if !strings.HasPrefix(path.Text, "/") {
		return a.single(mapped(notAbsolute(path.Text), path))
	}
	if problem := checkLengths(path.Text); problem != nil {
		return a.single(mapped(problem, path))
	}
	if len(path.Text) >= MaxPathLength { // slashes and dots that mean nothing count here
		return a.single(&Problem{Kind: PathTooLong, Span: path.Span, Text: "the path is too long", Expected: "less than 4096 bytes"})
	}
	if len(fields) > 2 {
		if problem := openFileOptions(fields[2]); problem != nil {
			return a.single(problem)
		}
	}
	name := path.Slice(len(path.Text), len(path.Text))
	if len(fields) > 1 {
		name = fields[1]
	}
	if name.Text == "" {
		start, end := 0, 0
		for from, to := range components(path.Text) {
			start, end = from, to // the last one counts
		}
		if name = path.Slice(start, end); name.Text == "" || name.Text == ".." {
			return a.single(&Problem{Kind: BadFDName, Span: path.Span, Text: "the path has no name of a file at its end",
				Expected: "the path of a file, or a name after a colon"})
		}
	}
	return a.single(checkFDName(name))
}

// openFileOptions returns what is wrong with the options of OpenFile=.
func openFileOptions(w Word) *Problem {
	bad := func(text string) *Problem {
		return &Problem{Kind: BadOption, Span: w.Span, Text: text,
			Expected: "read-only, append or truncate, and graceful, separated by commas"}
	}
	scan := scanner{text: w.Text}
	seen := map[string]bool{}
	for {
		option, problem, ok := scan.next(commaSet, 0)
		if problem != nil {
			return mapped(problem, w)
		}
		if !ok {
			break
		}
		if !slices.Contains([]string{"read-only", "append", "truncate", "graceful"}, option.Text) {
			return bad("unknown option")
		}
		if seen[option.Text] {
			return bad("the same option twice")
		}
		seen[option.Text] = true
	}
	delete(seen, "graceful")
	if len(seen) > 1 {
		return bad("options that exclude each other")
	}
	return nil
}

// commaSet separates options.
var commaSet = setOf(",")
