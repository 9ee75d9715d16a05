package resource

import (
	"iter"
	"path"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/program"
	"github.com/unitvet/unitvet/lint/unit"
)

// rivals are the units of a set as far as it matters whether two of them may run at
// the same time.
type rivals struct {
	set   *lint.Set
	known map[*unit.Unit]*rival
}

func newRivals(set *lint.Set) *rivals { return &rivals{set, map[*unit.Unit]*rival{}} }

// rival is one of them.
type rival struct {
	unit *unit.Unit
	// own says that an administrator made the unit or a drop-in of it.
	own bool
	// entry is what the main command runs; units that run the same are alternatives.
	entry string
	// aliases are the names that the unit gets once it is enabled. Two units that want
	// the same are alternatives, too.
	aliases []string
	// apart are the units that it names as ones that run at another time.
	apart map[*unit.Unit]bool
}

// of returns a unit as a rival of others; nil for those of which nothing can be said:
// templates, and units of which not everything was read.
func (r *rivals) of(u *unit.Unit) *rival {
	known, ok := r.known[u]
	if !ok {
		if !u.IsTemplate() && u.Known() {
			known = &rival{u, isOwn(u), entry(r.set.Program(u)), u.InstallAliases(), r.apart(u)}
		}
		r.known[u] = known
	}
	return known
}

// apart returns the units that one is in conflict with, that are its sockets or its
// service, or that only start when it has ended.
func (r *rivals) apart(u *unit.Unit) map[*unit.Unit]bool {
	var apart map[*unit.Unit]bool
	for _, key := range []struct{ section, key string }{
		{"Unit", "Conflicts"}, {"Unit", "OnFailure"}, {"Unit", "OnSuccess"},
		{"Socket", "Service"}, {"Service", "Sockets"}, {"Timer", "Unit"}, {"Path", "Unit"},
	} {
		for _, ref := range u.References(key.section, key.key) {
			if other := r.set.Lookup(ref.Name); other != nil {
				if apart == nil {
					apart = map[*unit.Unit]bool{}
				}
				apart[other] = true
			}
		}
	}
	return apart
}

// isOwn reports whether an administrator made a unit or a drop-in of it.
func isOwn(u *unit.Unit) bool {
	for _, part := range u.Parts() {
		if strings.HasPrefix(part.Dir.Host, "/etc/") || strings.HasPrefix(part.Dir.Host, "/run/") || strings.HasPrefix(part.Dir.Host, "/usr/local/") {
			return true
		}
	}
	return false
}

// entry is what a unit's main command runs, for comparison.
func entry(p *program.Unit) string {
	for _, c := range p.Commands {
		if c.Key != "ExecStart" || len(c.Runs) == 0 {
			continue
		}
		last := c.Runs[len(c.Runs)-1]
		if e := last.Entry; e != nil {
			if strings.HasPrefix(e.Word.Text, "/") {
				return e.Word.Text
			}
			return path.Join(e.Dir.Path, e.Word.Text)
		}
		return last.Program.Text
	}
	return ""
}

// apartAsKinds reports whether two units are apart for what can be said of many at
// a time: they run the same, or are packages' units to choose from; which of those
// are in use is not known.
func (r *rivals) apartAsKinds(a, b *rival) bool {
	return a.entry != "" && a.entry == b.entry || r.set.Rooted && !a.own && !b.own
}

// together reports whether two units may run at the same time, as far as they say:
// they are not in conflict, none is an instance or the socket of the other, and they
// are not alternatives.
func (r *rivals) together(a, b *rival) bool {
	if a.unit == b.unit || a.unit.Name.Prefix == b.unit.Name.Prefix || a.apart[b.unit] || b.apart[a.unit] || r.apartAsKinds(a, b) {
		return false
	}
	for _, alias := range a.aliases {
		for _, other := range b.aliases {
			if alias == other {
				return false
			}
		}
	}
	return true
}

// claims are what units claim of one thing, in order. Neighbours that are apart from
// the same others lie in one run, so that a thousand units that run the same program
// are passed over at once.
type claims[T any] struct{ runs []claimRun[T] }

type claimRun[T any] struct {
	kind *rival // stands for all of them
	list []claimOf[T]
}

type claimOf[T any] struct {
	*rival
	claim T
}

func (c *claims[T]) add(of *rival, claim T) {
	if n := len(c.runs); n == 0 || c.runs[n-1].kind.entry != of.entry || c.runs[n-1].kind.own != of.own {
		c.runs = append(c.runs, claimRun[T]{kind: of})
	}
	last := &c.runs[len(c.runs)-1]
	last.list = append(last.list, claimOf[T]{of, claim})
}

// all returns the claims in order.
func (c *claims[T]) all() iter.Seq[T] {
	return func(yield func(T) bool) {
		for _, run := range c.runs {
			for _, of := range run.list {
				if !yield(of.claim) {
					return
				}
			}
		}
	}
}

// first returns the first claim of a unit that may run beside one, of those that fit.
func (c *claims[T]) first(r *rivals, one *rival, fits func(T) bool) (T, bool) {
	for _, run := range c.runs {
		if r.apartAsKinds(one, run.kind) {
			continue
		}
		for _, other := range run.list {
			if r.together(one, other.rival) && fits(other.claim) {
				return other.claim, true
			}
		}
	}
	var none T
	return none, false
}
