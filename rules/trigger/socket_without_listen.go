package trigger

import (
	_ "embed"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/unit"
)

//go:embed socket_without_listen.md
var socketWithoutListenPage string

// SocketWithoutListen finds socket units without a socket (socket_verify in
// src/core/socket.c).
var SocketWithoutListen = &lint.Rule{
	ID:        "socket-without-listen",
	Summary:   "a socket unit that listens nowhere: systemd does not load it",
	Category:  "trigger",
	Severity:  lint.Error,
	Since:     "0.1.0",
	Page:      socketWithoutListenPage,
	CheckUnit: socketWithoutListen,
}

// Settings that make sockets: those of which every connection can be accepted, and
// those of which none can (have_non_accept_socket in src/core/socket.c).
var (
	acceptingListeners = []string{"ListenStream", "ListenSequentialPacket"}
	otherListeners     = []string{
		"ListenDatagram", "ListenFIFO", "ListenMessageQueue", "ListenNetlink", "ListenSpecial", "ListenUSBFunction",
	}
)

// listeners returns the sockets that systemd takes.
func listeners(set *lint.Set, u *unit.Unit) []unit.Setting {
	return append(takenOf(set, u, acceptingListeners...), takenOf(set, u, otherListeners...)...)
}

func socketWithoutListen(p *lint.UnitPass) {
	u := p.Unit
	if !judged(u, "socket") || len(listeners(p.Set, u)) > 0 {
		return
	}
	for _, setting := range u.InForce("Socket") {
		if strings.HasPrefix(setting.Key().String(), "Listen") && setting.Value().String() != "" {
			return // the rules about values say what becomes of the unit without it
		}
	}
	p.Report(lint.Finding{
		Place:   header(u),
		Message: "the socket unit listens nowhere: systemd does not load it (\"Unit has no Listen setting\")",
		Help:    "add ListenStream= or another Listen…= setting",
	})
}
