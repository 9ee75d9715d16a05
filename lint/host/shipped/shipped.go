// Package shipped knows the units and aliases that distributions ship, and the
// unit names that exist without any file. It answers whether a name that a
// checkout does not have can be expected on the machine the checkout is for.
package shipped

import (
	"bytes"
	"compress/gzip"
	_ "embed" // for units.gz
	"io"
	"sort"
	"strconv"
	"strings"
	"sync"
)

//go:generate go run ./internal/gen

// Scope is the kind of manager a unit is for.
type Scope string

// Scopes.
const (
	System Scope = "system"
	User   Scope = "user"
)

// Kind tells what stands behind a name.
type Kind string

// Kinds of names.
const (
	KindUnit    Kind = "unit"             // a package ships a file of that name
	KindSysV    Kind = "sysv-init-script" // made by systemd-sysv-generator from a script in /etc/init.d
	KindAlias   Kind = "alias"            // a link, or an Alias= of a unit; the latter exists while that unit is enabled
	KindBuiltin Kind = "builtin"          // made by the manager itself, see systemd.special(7)
	KindSpecial Kind = "special"          // known to systemd, but in no package: removed, or left to the administrator
)

// Distributions is a set of distributions.
type Distributions uint8

// Distributions whose packages are in the table. The first four come from the
// package indices; Elsewhere stands for other distributions, vendors' own
// repositories and upstream systemd, and is far from complete.
const (
	Debian12 Distributions = 1 << iota
	Debian13
	DebianSid
	Ubuntu2404
	Elsewhere
)

// Unit is what is known of one name.
type Unit struct {
	// Name is the name in the table. For an instance of a shipped template it is
	// the template.
	Name  string
	Scope Scope
	Kind  Kind
	// AliasOf holds the units that the name is or can be an alias of, the most
	// likely first. A name that is a unit in one package and an alias in
	// another, such as mysql.service, has it too.
	AliasOf []string
	// Masked tells that a package ships the name as a link to /dev/null.
	Masked bool
	// Packages are the packages that ship the name, sorted.
	Packages []string
	// Distributions are those that ship the name.
	Distributions Distributions
	// Since is the first systemd release with the unit, for units of systemd's
	// own; 0 where that is unknown and for all others.
	Since int
	// Removed is the systemd release that dropped the unit, 0 for the others.
	// A unit with Removed that is in no distribution is gone, such as
	// syslog.target.
	Removed int
}

// Lookup returns the unit of that name, or the template it is an instance of.
func Lookup(name string, scope Scope) (Unit, bool) {
	if u, ok := find(name, scope); ok {
		return u, true
	}
	prefix, rest, ok := strings.Cut(name, "@")
	dot := strings.LastIndexByte(rest, '.')
	if !ok || dot <= 0 {
		return Unit{}, false
	}
	return find(prefix+"@"+rest[dot:], scope)
}

// Names returns all names in a scope, sorted, for hints at a name that was
// meant. The slice is the caller's.
func Names(scope Scope) []string {
	names := make([]string, 0, len(table()))
	for _, line := range table() {
		name, rest, _ := strings.Cut(line, "\t")
		if s, _, _ := strings.Cut(rest, "\t"); s == string(scope) {
			names = append(names, name)
		}
	}
	return names
}

//go:embed units.gz
var packed []byte

// table holds one line per name and scope, sorted; see internal/gen for the
// cells. It is unpacked on first use.
var table = sync.OnceValue(func() []string {
	lines, err := unpack(packed)
	if err != nil {
		return nil // cannot be: the tests unpack the same bytes
	}
	return lines
})

func unpack(data []byte) ([]string, error) {
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n"), nil
}

func find(name string, scope Scope) (Unit, bool) {
	lines := table()
	start := name + "\t" + string(scope) + "\t"
	i, found := sort.Find(len(lines), func(i int) int {
		return strings.Compare(start, lines[i][:min(len(start), len(lines[i]))])
	})
	if !found {
		return Unit{}, false
	}
	return parse(lines[i]), true
}

// parse reads a line of the table.
func parse(line string) Unit {
	var cells [8]string
	for i := range cells {
		cells[i], line, _ = strings.Cut(line, "\t")
	}
	u := Unit{
		Name:     cells[0],
		Scope:    Scope(cells[1]),
		Kind:     Kind(cells[2]),
		AliasOf:  strings.Fields(cells[3]),
		Packages: strings.Fields(cells[4]),
		Masked:   strings.Contains(cells[5], "m"),
	}
	for i, letter := range "btsne" {
		if strings.ContainsRune(cells[5], letter) {
			u.Distributions |= 1 << i
		}
	}
	u.Since, _ = strconv.Atoi(cells[6])
	u.Removed, _ = strconv.Atoi(cells[7])
	return u
}
