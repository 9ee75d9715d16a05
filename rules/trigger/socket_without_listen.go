package trigger

import (
	_ "embed"

	"github.com/unitvet/unitvet/lint"
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

func socketWithoutListen(p *lint.UnitPass) {
	u := p.Unit
	if n := neededBy["Socket"]; !judged(u, "socket") || n.mentioned(u) {
		return
	}
	p.Report(lint.Finding{
		Place:   header(u),
		Message: "the socket unit listens nowhere: systemd does not load it (\"Unit has no Listen setting\")",
		Help:    "add ListenStream= or another Listen…= setting",
	})
}
