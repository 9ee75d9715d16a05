package sandbox

import (
	"iter"
	"path"
	"strings"
	"unicode"

	"github.com/unitvet/unitvet/lint/value"
)

// named is a value that a command line or an environment gives under a name.
type named struct {
	name  string
	value value.Word
}

// options returns the options of a command that have a value: --name=value,
// --name /value, name=value.
func options(c value.Command) iter.Seq[named] {
	return func(yield func(named) bool) {
		for i, arg := range c.Args {
			text := arg.Text
			if text == "--" {
				return
			}
			eq := strings.IndexByte(text, '=')
			switch {
			case eq > 0 && isOptionName(text[:eq]):
				if !yield(named{text[:eq], arg.Slice(eq+1, len(text))}) {
					return
				}
			case eq < 0 && strings.HasPrefix(text, "-") && isOptionName(text) && i+1 < len(c.Args) && (mayBePath(c.Args[i+1].Text) || mayBeFile(text, c.Args[i+1].Text)):
				if !yield(named{text, c.Args[i+1]}) {
					return
				}
			}
		}
	}
}

// mayBeFile reports whether a text after an option may be the relative path of a file
// that the program writes.
func mayBeFile(option, text string) bool {
	_, strong := isWritten(option)
	return strong && strings.HasPrefix(option, "--") && (strings.Contains(text, "/") || fileSuffixes[path.Ext(text)])
}

// isOptionName reports whether a text can be the name of an option or a variable.
func isOptionName(text string) bool {
	text = strings.TrimPrefix(strings.TrimPrefix(text, "-"), "-")
	if text == "" || !unicode.IsLetter(rune(text[0])) {
		return false
	}
	return strings.Trim(strings.ToLower(text), "abcdefghijklmnopqrstuvwxyz0123456789-_.") == ""
}

// words returns the words of a name in lower case, cut at all that is no letter
// and where small letters turn into capitals. Endings such as "file" and "dir"
// become words of their own: logDir, LOG_DIR and --logdir are all "log", "dir".
func words(name string) []string {
	name = strings.TrimPrefix(name, "-D") // java -Dlog.dir=
	var found []string
	word := []rune{}
	end := func() {
		if len(word) > 0 {
			found = append(found, parts(strings.ToLower(string(word)))...)
		}
		word = word[:0]
	}
	var last rune
	for _, c := range name {
		switch {
		case !unicode.IsLetter(c):
			end()
		case unicode.IsUpper(c) && unicode.IsLower(last):
			end()
			fallthrough
		default:
			word = append(word, c)
		}
		last = c
	}
	end()
	return found
}

// kinds are the words that say what kind of path a value is.
var kinds = map[string]bool{
	"dir": true, "dirs": true, "directory": true, "file": true, "files": true, "filename": true,
	"folder": true, "path": true, "root": true,
}

// parts cuts an ending such as "dir" off a word that is otherwise known.
func parts(word string) []string {
	for kind := range kinds {
		if rest, ok := strings.CutSuffix(word, kind); ok && (written[rest] || read[rest]) {
			return []string{rest, kind}
		}
	}
	return []string{word}
}

// written are the words of names whose value a program writes to.
var written = map[string]bool{
	"buffer": true, "cache": true, "caches": true, "checkpoint": true, "checkpoints": true, "dump": true, "dumps": true,
	"errorlog": true, "accesslog": true, "lock": true, "log": true, "logs": true, "out": true, "output": true, "outputs": true,
	"pid": true, "spool": true, "state": true, "temp": true, "tmp": true, "logging": true,
}

// read are the words of names whose value a program reads, or is no path that it
// opens at all, even if another word says otherwise: --log-config,
// --output-format, --input-log.
var read = map[string]bool{
	"bin": true, "binary": true, "ca": true, "cert": true, "cfg": true, "class": true, "cmd": true, "command": true,
	"conf": true, "config": true, "configs": true, "configuration": true, "control": true, "driver": true, "exclude": true,
	"exec": true, "filter": true, "format": true, "formatter": true, "from": true, "host": true, "ignore": true,
	"import": true, "in": true, "include": true, "ini": true, "input": true, "inputs": true, "json": true, "key": true, "level": true, "lib": true,
	"load": true, "mode": true, "module": true, "no": true, "ns": true, "plugin": true, "prefix": true, "preload": true, "program": true,
	"properties": true, "read": true, "reader": true, "restore": true, "rotate": true, "rules": true, "schema": true,
	"script": true, "server": true, "settings": true, "skip": true, "sock": true, "socket": true, "source": true, "src": true,
	"tail": true, "template": true, "templates": true, "toml": true, "type": true, "url": true, "watch": true, "without": true,
	"xml": true, "yaml": true, "yml": true, "namespace": true,
}

// isWritten reports whether a name says that its value is a path that the program
// writes to. strong says that the word leaves no doubt even where programs seldom
// write.
func isWritten(name string) (is, strong bool) {
	for _, word := range words(name) {
		if read[word] {
			return false, false
		}
		if written[word] {
			is = true
			switch word {
			case "log", "logs", "errorlog", "accesslog", "out", "output", "outputs", "pid":
				strong = true
			}
		}
	}
	return is, strong
}

// isFile guesses whether a written path is a file rather than a directory.
func isFile(name, p string) bool {
	if strings.HasSuffix(p, "/") {
		return false
	}
	for _, word := range words(name) {
		switch word {
		case "dir", "dirs", "directory", "folder", "root":
			return false
		case "file", "files", "filename", "pid", "lock":
			return true
		}
	}
	return path.Ext(p) != "" && !strings.HasSuffix(p, ".d")
}

// configurations are the words of names whose value is a file that the program
// reads when it starts.
var configurations = map[string]bool{
	"cfg": true, "conf": true, "config": true, "configuration": true, "env": true, "envfile": true, "ini": true, "properties": true,
	"settings": true,
}

// directoryOptions are options for a directory that the program changes to.
var directoryOptions = map[string]bool{
	"app-dir": true, "chdir": true, "cwd": true, "workdir": true, "working-dir": true, "working-directory": true,
}

// shortOptions may name a configuration file, which its suffix then tells.
var shortOptions = map[string]bool{"-C": true, "-c": true, "-f": true}

// configSuffixes are those of configuration files.
var configSuffixes = map[string]bool{
	".cfg": true, ".cnf": true, ".conf": true, ".config": true, ".env": true, ".ini": true, ".json": true, ".properties": true,
	".toml": true, ".xml": true, ".yaml": true, ".yml": true,
}

// isConfiguration reports whether an option or variable names a file or directory
// that the program reads when it starts.
func isConfiguration(name, p string) bool {
	if shortOptions[name] {
		return configSuffixes[path.Ext(p)]
	}
	if directoryOptions[strings.TrimLeft(name, "-")] {
		return true
	}
	is := false
	for _, word := range words(name) {
		if written[word] || word == "no" || word == "without" || word == "ignore" || word == "exclude" {
			return false
		}
		is = is || configurations[word]
	}
	return is
}
