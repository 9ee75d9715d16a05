package value

import "strings"

// booleans are the words of parse_boolean in src/basic/parse-util.c.
var booleans = map[string]bool{
	"1": true, "yes": true, "y": true, "true": true, "t": true, "on": true,
	"0": false, "no": false, "n": false, "false": false, "f": false, "off": false,
}

// ParseBoolean reads a boolean, whatever the case of its letters. ok is false if
// s is none. Blanks are not skipped.
func ParseBoolean(s string) (value, ok bool) {
	if len(s) > len("false") {
		return false, false
	}
	value, ok = booleans[strings.ToLower(s)]
	return value, ok
}
