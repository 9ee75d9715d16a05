package trigger

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/unit"
)

//go:embed invalid_socket.md
var invalidSocketPage string

// InvalidSocket finds what else systemd refuses of a socket unit (socket_verify
// in src/core/socket.c).
var InvalidSocket = &lint.Rule{
	ID:        "invalid-socket",
	Summary:   "a socket unit that systemd does not load: no connections allowed, or symbolic links to no one socket",
	Category:  "trigger",
	Severity:  lint.Error,
	Since:     "0.1.0",
	Page:      invalidSocketPage,
	CheckUnit: invalidSocket,
}

func invalidSocket(p *lint.UnitPass) {
	u := p.Unit
	if !judged(u, "socket") {
		return
	}
	// Up to 256 only together with Accept=yes.
	_, accept := isOn(p.Set, u, "Accept")
	if setting, ok := decides(p.Set, u, "MaxConnections"); ok && strings.Trim(setting.Value().String(), "+0") == "" && (accept || p.Set.Release > 256) {
		p.Report(lint.Finding{
			Place:   lint.AtValue(setting),
			Message: "MaxConnections=0: systemd does not load the socket (\"MaxConnection= setting too small\")",
			Help:    "there is no number for \"any\": leave the line out for the default, 64",
		})
	}
	links := taken(p.Set, u, "Symlinks")
	nodes, known := fileNodes(p.Set, u)
	if len(links) == 0 || !known || len(nodes) == 1 {
		return
	}
	f := lint.Finding{
		Place:   lint.AtValue(links[0]),
		Message: "Symlinks= without a socket in the file system that the links could lead to: systemd does not load the socket",
		Help:    "listen on a path, or remove Symlinks=",
	}
	if len(nodes) > 1 {
		f.Message = fmt.Sprintf("Symlinks= with %d sockets in the file system, where it must be clear which one the links lead to: systemd does not load the socket", len(nodes))
		f.Help = "give each of these sockets a unit of its own"
		for _, node := range nodes {
			f.Related = append(f.Related, lint.Related{Place: lint.AtValue(node), Message: "one of them"})
		}
	}
	p.Report(f)
}

// fileNodes returns the listeners that are nodes in the file system; known is
// false if one depends on what only the host can tell
// (socket_find_symlink_target in src/core/socket.c).
func fileNodes(set *lint.Set, u *unit.Unit) (nodes []unit.Setting, known bool) {
	for _, setting := range takenOf(set, u, "ListenStream", "ListenDatagram", "ListenSequentialPacket", "ListenFIFO") {
		expanded := u.Expand(setting.Value().String())
		if !expanded.Known && strings.HasPrefix(setting.Value().String(), "%") {
			return nil, false
		}
		if text := setting.Value().String(); expanded.Known && strings.HasPrefix(expanded.Text, "/") || strings.HasPrefix(text, "/") {
			nodes = append(nodes, setting)
		}
	}
	return nodes, true
}
