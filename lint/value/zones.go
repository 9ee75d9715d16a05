package value

import (
	"strings"
	"sync"
)

// ValidTimeZone reports whether a time zone has that name, case included. The names
// are those of the IANA database, old ones and the variants posix/ and right/ as well,
// as they are part of this program, so that the answer is the same on all machines
// (timezone_is_valid in src/basic/time-util.c asks the host).
func ValidTimeZone(name string) bool {
	name = strings.TrimPrefix(name, "posix/")
	name = strings.TrimPrefix(name, "right/")
	if name == "" || strings.IndexByte(name, '\n') >= 0 {
		return false
	}
	return strings.Contains(timeZones(), "\n"+name+"\n")
}

// timeZones are the names, each between line feeds.
var timeZones = sync.OnceValue(func() string {
	names, err := data.ReadFile("data/time_zones.txt")
	if err != nil {
		return "" // the file is part of the program
	}
	return "\n" + string(names)
})
