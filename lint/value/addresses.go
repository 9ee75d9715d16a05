package value

import (
	"math"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/unitvet/unitvet/lint/source"
)

// Socket addresses, IP addresses, ports and interfaces.

// maxSocketPath is the length of the longest path of a socket, or of an abstract name
// with its @ (sun_path in linux/un.h, the NUL at the end not counted).
const maxSocketPath = 107

// listenPath returns the grammar of ListenFIFO= and the other Listen*= that take a
// path (config_parse_socket_listen in src/core/load-fragment.c).
func listenPath(needs pathNeeds) func(argument) []*Problem {
	return func(a argument) []*Problem { return a.single(a.path(a.word(), needs)) }
}

// listen is ListenStream=, ListenDatagram= and ListenSequentialPacket=
// (config_parse_socket_listen; socket_address_parse in src/shared/socket-netlink.c).
func listen(a argument) []*Problem {
	e, problem := a.expandAll(pathLimit)
	if problem != nil || e.open >= 0 {
		return a.single(problem)
	}
	switch {
	case e.Text == "":
		return a.whole(BadAddress, "the address is empty", addressForms)
	case e.Text[0] == '/' || e.Text[0] == '@':
		problem = checkSocketPath(e.Word)
	default:
		problem = checkAddress(e.Word, a.Release)
		if problem == nil && a.Key == "ListenSequentialPacket" {
			problem = &Problem{Kind: BadAddressFamily, Span: e.Span, Text: "only UNIX sockets have sequential packets",
				Expected: "a path, or a name after @"}
		}
	}
	return a.single(problem)
}

// addressForms are the addresses that ListenStream= takes.
const addressForms = "a path, @NAME, a port, ADDRESS:PORT, [ADDRESS]:PORT or vsock:CID:PORT"

// checkSocketPath returns what is wrong with the path or the abstract name of a
// socket (sockaddr_un_set_path in src/basic/socket-util.c). Paths below /var/run are
// taken for ones below /run.
func checkSocketPath(w Word) *Problem {
	length := len(w.Text)
	if strings.HasPrefix(w.Text, "/var/run/") {
		length -= len("/var")
	}
	switch {
	case length < 2:
		return &Problem{Kind: BadAddress, Span: w.Span, Text: "the name of the socket is empty", Expected: "a path, or a name after @"}
	case length > maxSocketPath:
		return &Problem{Kind: PathTooLong, Span: w.Span, Text: "the path of the socket is too long", Expected: "at most 107 bytes"}
	}
	return nil
}

// Prefixes of addresses in virtual machines; the release from which each is known,
// as far as systemd 252 and 257 tell.
var vsockPrefixes = []struct {
	text  string
	since int
}{
	{"vsock:", 233}, {"vsock-dgram:", 253}, {"vsock-seqpacket:", 253}, {"vsock-stream:", 253},
}

// checkAddress returns what is wrong with an address of another kind.
func checkAddress(w Word, release int) *Problem {
	for _, prefix := range vsockPrefixes {
		if strings.HasPrefix(w.Text, prefix.text) && prefix.since <= release {
			return checkVsock(w.Slice(len(prefix.text), len(w.Text)), release)
		}
	}
	if _, f := parseUnsigned(w.Text, 16, release); f != malformed {
		if !isPort(w.Text, release) {
			return badPort(w)
		}
		return nil
	}
	return checkAddressPort(w, release)
}

// checkVsock returns what is wrong with CID:PORT (socket_address_parse_vsock in
// src/basic/socket-util.c).
func checkVsock(w Word, release int) *Problem {
	colon := strings.IndexByte(w.Text, ':')
	if colon < 0 {
		return &Problem{Kind: BadAddress, Span: w.Span, Text: "there is no port", Expected: "vsock:CID:PORT"}
	}
	port := w.Slice(colon+1, len(w.Text))
	n, f := parseUnsigned(port.Text, 32, release)
	if f != fine || n == math.MaxUint32 && release > 252 {
		return &Problem{Kind: BadPort, Span: port.Span, Text: "this is no port", Expected: "a number below 4294967295"}
	}
	cid := w.Slice(0, colon)
	if _, f := parseUnsigned(cid.Text, 32, release); f == fine || cid.Text == "" ||
		release > 252 && slices.Contains([]string{"hypervisor", "local", "host"}, cid.Text) ||
		release > 257 && slices.Contains([]string{"any", "-1"}, cid.Text) {
		return nil
	}
	return &Problem{Kind: BadAddress, Span: cid.Span, Text: "this is no CID", Expected: "a number, hypervisor, local, host or nothing"}
}

// badPort is the problem of a text that is no port.
func badPort(w Word) *Problem {
	return &Problem{Kind: BadPort, Span: w.Span, Text: "this is no port", Expected: "a number from 1 to 65535"}
}

// checkAddressPort returns what is wrong with ADDRESS:PORT or [ADDRESS]:PORT, with
// %INTERFACE after it if wanted (in_addr_port_ifindex_name_from_string_auto in
// src/shared/socket-netlink.c). Whether the interface exists is not looked at.
func checkAddressPort(w Word, release int) *Problem {
	bad := func(w Word, text string) *Problem {
		return &Problem{Kind: BadAddress, Span: w.Span, Text: text, Expected: addressForms}
	}
	if strings.IndexByte(w.Text, '#') >= 0 {
		return bad(w, "the address holds a character that is not allowed")
	}
	if percent := strings.IndexByte(w.Text, '%'); percent >= 0 {
		scope := w.Slice(percent+1, len(w.Text))
		if checkInterface(scope, altInterface|indexInterface, release) != nil {
			return &Problem{Kind: BadInterface, Span: scope.Span, Text: "this is no network interface", Expected: "a name or a number"}
		}
		w = w.Slice(0, percent)
	}
	colon := strings.LastIndexByte(w.Text, ':')
	switch {
	case colon < 0 && isIPv4(w.Text):
		return bad(w, "the address has no port")
	case colon < 0:
		return bad(w, "this is no address")
	case isIPv6(w.Text):
		return bad(w, "the address has no port")
	}
	address, port := w.Slice(0, colon), w.Slice(colon+1, len(w.Text))
	inner, bracketed := strings.CutPrefix(address.Text, "[")
	if bracketed {
		inner, bracketed = strings.CutSuffix(inner, "]")
	}
	if bracketed && !isIPv6(inner) || !bracketed && !isIPv4(address.Text) {
		return bad(address, "this is no address")
	}
	if !isPort(port.Text, release) {
		return badPort(port)
	}
	return nil
}

// isPort reports whether s is a port (parse_ip_port in src/basic/parse-util.c).
func isPort(s string, release int) bool {
	n, f := parseUnsigned(s, 16, release)
	return f == fine && n > 0 && !blankSet[s[0]]
}

// isIPv4 and isIPv6 report whether s is an IP address as inet_pton(3) takes it.
func isIPv4(s string) bool {
	address, err := netip.ParseAddr(s)
	return err == nil && address.Is4()
}

func isIPv6(s string) bool {
	address, err := netip.ParseAddr(s)
	return err == nil && address.Is6() && address.Zone() == ""
}

// netlinkFamilies are the names of netlink families (netlink_family_table in
// src/basic/socket-util.c).
var netlinkFamilies = []string{
	"route", "firewall", "inet-diag", "nflog", "xfrm", "selinux", "iscsi", "audit", "fib-lookup", "connector",
	"netfilter", "ip6-fw", "dnrtmsg", "kobject-uevent", "generic", "scsitransport", "ecryptfs", "rdma",
}

// listenNetlink is ListenNetlink=: a family and a number of groups
// (socket_address_parse_netlink in src/shared/socket-netlink.c).
func listenNetlink(a argument) []*Problem {
	e, problem := a.expandAll(pathLimit)
	if problem != nil || e.open >= 0 {
		return a.single(problem)
	}
	scan := scanner{text: e.Text}
	family, problem, ok := scan.next(blankSet, 0)
	if problem != nil {
		return a.single(mapped(problem, e.Word))
	}
	_, f := parseUnsigned(family.Text, 31, a.Release)
	if !ok || !slices.Contains(netlinkFamilies, family.Text) && f != fine {
		return a.single(&Problem{Kind: BadNetlinkFamily, Span: e.Sub(family.Span.Start, family.Span.End), Text: "unknown netlink family",
			Expected: "one of " + strings.Join(netlinkFamilies, ", ") + ", or a number"})
	}
	groups := e.Slice(scan.pos, len(e.Text))
	if _, f := parseUnsigned(groups.Text, 32, a.Release); f != fine && groups.Text != "" {
		return a.single(&Problem{Kind: BadAddress, Span: groups.Span, Text: "the multicast group is no number",
			Expected: "FAMILY, or FAMILY and a number"})
	}
	return nil
}

// interfaceKind are the ways to name a network interface that a directive takes
// beside a name of up to 15 bytes (IfnameValidFlags in src/basic/socket-util.h).
type interfaceKind uint8

const (
	altInterface   interfaceKind = 1 << iota // a name of up to 127 bytes
	indexInterface                           // a number
)

// checkInterface returns what is wrong with the name of a network interface
// (ifname_valid_full in src/basic/socket-util.c).
func checkInterface(w Word, kinds interfaceKind, release int) *Problem {
	name, longest := w.Text, 15
	if kinds&altInterface != 0 {
		longest = 127
	}
	text := ""
	index, f := parseSigned(name, 32, release)
	switch {
	case name == "":
		text = "the name of the interface is empty"
	case f == fine && index > 0:
		if kinds&indexInterface != 0 {
			return nil
		}
		text = "an interface is given by its name here"
	case len(name) > longest:
		text = "the name of the interface is too long"
	case name == "." || name == ".." || name == "all" || name == "default" || onlyDigits(name):
		text = "no interface can have this name"
	}
	for i := 0; i < len(name) && text == ""; i++ {
		if c := name[i]; c <= ' ' || c >= 0x7f || c == ':' || c == '/' || c == '%' {
			text = "the name of the interface holds a character that is not allowed"
		}
	}
	if text == "" {
		return nil
	}
	return &Problem{Kind: BadInterface, Span: w.Span, Text: text, Effect: DropsEntry,
		Expected: "up to " + strconv.Itoa(longest) + " printable ASCII characters, none of them a blank or one of :/%"}
}

// interfaceSpecifiersSince is the first release to expand specifiers in
// BindToDevice=.
const interfaceSpecifiersSince = 258

// bindToDevice is BindToDevice= (config_parse_socket_bindtodevice); "*" means none.
func bindToDevice(a argument) []*Problem {
	if a.Text == "*" {
		return nil
	}
	if a.Release < interfaceSpecifiersSince {
		return a.single(checkInterface(a.word(), 0, a.Release))
	}
	return a.networkInterface(0)
}

// bindNetworkInterface is BindNetworkInterface= (config_parse_bind_network_interface).
func bindNetworkInterface(a argument) []*Problem { return a.networkInterface(altInterface) }

// networkInterface returns what is wrong with the name of one interface.
func (a argument) networkInterface(kinds interfaceKind) []*Problem {
	e, problem := a.expandAll(maxExpansion)
	if problem == nil && e.open < 0 {
		problem = checkInterface(e.Word, kinds, a.Release)
	}
	return a.single(problem)
}

// networkInterfaces is RestrictNetworkInterfaces=
// (config_parse_restrict_network_interfaces).
func networkInterfaces(a argument) []*Problem {
	list := a.word()
	if strings.HasPrefix(list.Text, "~") {
		list = list.Slice(1, len(list.Text))
	}
	kinds := altInterface
	if a.Release <= 252 {
		kinds = 0
	}
	words, last := PathWords(list.Text)
	var problems []*Problem
	for _, w := range words {
		problems = appendProblem(problems, checkInterface(w.within(list), kinds, a.Release))
	}
	return appendProblem(problems, mapped(last, list))
}

// prefixes is IPAddressAllow= and IPAddressDeny= (config_parse_in_addr_prefixes in
// src/shared/in-addr-prefix-util.c).
func prefixes(a argument) []*Problem {
	words, last := BareWords(a.Text)
	var problems []*Problem
	for _, w := range words {
		if slices.Contains([]string{"any", "link-local", "multicast"}, w.Text) || isLocalhost(w.Text) {
			continue
		}
		problems = appendProblem(problems, checkPrefix(w, a.Release))
	}
	return appendProblem(problems, last)
}

// isLocalhost reports whether a host name is one of the local host (is_localhost in
// src/basic/hostname-util.c).
func isLocalhost(name string) bool {
	name = strings.TrimSuffix("."+strings.ToLower(name), ".")
	return strings.HasSuffix(name, ".localhost") || strings.HasSuffix(name, ".localhost.localdomain")
}

// checkPrefix returns what is wrong with ADDRESS[/LENGTH]
// (in_addr_prefix_from_string_auto in src/basic/in-addr-util.c).
func checkPrefix(w Word, release int) *Problem {
	address, length := w, Word{}
	slash := strings.IndexByte(w.Text, '/')
	if slash >= 0 {
		address, length = w.Slice(0, slash), w.Slice(slash+1, len(w.Text))
	}
	longest := 128
	switch {
	case isIPv4(address.Text):
		longest = 32
	case !isIPv6(address.Text):
		return &Problem{Kind: BadPrefix, Span: address.Span, Text: "this is no IP address",
			Expected: "ADDRESS[/LENGTH], or any, localhost, link-local or multicast", Effect: DropsEntry}
	}
	if slash < 0 {
		return nil
	}
	if n, f := parseUnsigned(length.Text, 8, release); f != fine || int(n) > longest {
		return &Problem{Kind: BadPrefix, Span: length.Span, Text: "this is no length of a prefix",
			Expected: "a number from 0 to " + strconv.Itoa(longest), Effect: DropsEntry}
	}
	return nil
}

// socketBind is SocketBindAllow= and SocketBindDeny=: [FAMILY:][PROTOCOL:]PORTS, where
// all but the last may be missing, in this order (parse_socket_bind_item in
// src/shared/parse-helpers.c).
func socketBind(a argument) []*Problem {
	bad := func(span source.Span, text string) []*Problem {
		return []*Problem{{Kind: BadSocketBind, Span: span, Text: text,
			Expected: "[ipv4:|ipv6:][tcp:|udp:] and a port, ports such as 6667-6669 or any, or one of them"}}
	}
	scan := scanner{text: a.Text}
	steps := []func(string) bool{
		func(s string) bool { return s == "ipv4" || s == "ipv6" },
		func(s string) bool { return strings.EqualFold(s, "tcp") || strings.EqualFold(s, "udp") },
		a.isPorts,
	}
	for {
		token, problem, ok := scan.next(colonSet, keepEmpty)
		if problem != nil {
			return a.single(problem)
		}
		if !ok {
			return nil
		}
		step := slices.IndexFunc(steps, func(matches func(string) bool) bool { return matches(token.Text) })
		if step < 0 {
			return bad(token.Span, "this is no family, protocol or port")
		}
		if steps = steps[step+1:]; len(steps) == 0 {
			if !scan.done {
				return bad(source.Span{Start: scan.pos, End: len(a.Text)}, "there is something after the port")
			}
			return nil
		}
	}
}

// isPorts reports whether s is a port, a range of ports or "any" (parse_ip_ports_token
// in src/shared/parse-helpers.c). Zero is a port since 253 at the earliest.
func (a argument) isPorts(s string) bool {
	if s == "any" {
		return true
	}
	scan := scanner{text: s}
	first, problem, _ := scan.next(dashSet, keepEmpty)
	if problem != nil {
		return false
	}
	low, f := parseUnsigned(first.Text, 16, a.Release)
	high := low
	if f == fine && !scan.done {
		high, f = parseUnsigned(s[scan.pos:], 16, a.Release)
	}
	return f == fine && low <= high && (low > 0 || a.Release > 252)
}

// dashSet separates the ends of a range.
var dashSet = setOf("-")
