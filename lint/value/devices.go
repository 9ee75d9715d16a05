package value

import (
	"slices"
	"strings"
)

// Devices, BPF programs and nftables (src/core/load-fragment.c).

// device cuts the first word off the value, which is a device, and expands it. limit
// is what follows.
func (a argument) device() (device expanded, limit Word, problem *Problem) {
	scan := scanner{text: a.Text}
	word, problem, _ := scan.next(blankSet, unquote)
	if problem != nil {
		return device, limit, problem
	}
	device, problem = a.expand(word, pathLimit)
	return device, a.word().Slice(scan.pos, len(a.Text)), problem
}

// deviceAllow is DeviceAllow= (config_parse_device_allow).
func deviceAllow(a argument) []*Problem {
	device, access, problem := a.device()
	if problem != nil {
		return a.single(problem)
	}
	if device.open < 0 && !strings.HasPrefix(device.Text, "block-") && !strings.HasPrefix(device.Text, "char-") {
		if problem := a.checkPath(device, 0); problem != nil {
			return a.single(problem)
		}
		if !isDeviceNode(device.Text[afterParents(device.Text):]) {
			return a.single(&Problem{Kind: BadDevice, Span: device.Span, Text: "the path is not that of a device",
				Expected: "a path below /dev, or block-NAME or char-NAME"})
		}
	}
	if i := strings.IndexFunc(access.Text, func(r rune) bool { return r != 'r' && r != 'w' && r != 'm' }); i >= 0 {
		return a.single(&Problem{Kind: BadDeviceAccess, Span: access.Span, Text: "unknown access rights",
			Expected: "r, w and m, without blanks between"})
	}
	return nil
}

// isDeviceNode reports whether a valid path lies where device nodes do
// (valid_device_node_path in src/basic/path-util.c).
func isDeviceNode(path string) bool {
	path = SimplifyPath(path)
	for _, directory := range []string{"/dev", "/run/systemd/inaccessible"} {
		if path == directory || strings.HasPrefix(path, directory+"/") {
			return true
		}
	}
	return false
}

// deviceLimit returns the grammar of directives with a device and a limit: check
// returns what is wrong with the limit.
func deviceLimit(check func(argument, Word) *Problem) func(argument) []*Problem {
	return func(a argument) []*Problem {
		device, limit, problem := a.device()
		switch {
		case problem != nil:
			return a.single(problem)
		case limit.Text == "":
			return a.whole(MissingLimit, "there is no limit after the device", "a path, a blank and the limit")
		}
		if problem := a.checkPath(device, 0); problem != nil {
			return a.single(problem)
		}
		return a.single(check(a, limit))
	}
}

// checkDeviceWeight returns what is wrong with a weight of a device
// (cg_weight_parse in src/shared/cgroup-setup.c).
func checkDeviceWeight(a argument, w Word) *Problem {
	if n, f := parseUnsigned(w.Text, 64, a.Release); f == fine && n > 0 && n <= 10000 {
		return nil
	}
	return &Problem{Kind: BadDeviceLimit, Span: w.Span, Text: "this is no weight", Expected: "a number from 1 to 10000"}
}

// checkDeviceBandwidth returns what is wrong with bytes or operations per second
// (parse_size in src/basic/parse-util.c).
func checkDeviceBandwidth(a argument, w Word) *Problem {
	old := strings.HasPrefix(a.Key, "BlockIO") // knows no infinity (config_parse_blockio_bandwidth)
	if n, f := parseSize(w.Text, 1000); f == fine && n > 0 || w.Text == "infinity" && !old {
		return nil
	}
	if old {
		return &Problem{Kind: BadDeviceLimit, Span: w.Span, Text: "this is no rate", Expected: "a number such as 500K or 1.5M (base 1000) above 0"}
	}
	return &Problem{Kind: BadDeviceLimit, Span: w.Span, Text: "this is no rate",
		Expected: "a number such as 500K or 1.5M (base 1000) above 0, or infinity"}
}

// checkDeviceLatency returns what is wrong with a latency (parse_sec in
// src/basic/time-util.c).
func checkDeviceLatency(_ argument, w Word) *Problem {
	_, problem := timespanGrammar{unit: uint64(Second), scale: 1}.parse(w.Text)
	return mapped(problem, w)
}

// attachTypes are what a BPF program can be attached to
// (bpf_cgroup_attach_type_table in src/shared/bpf-program.c).
var attachTypes = []string{
	"ingress", "egress", "sock_create", "sock_ops", "device", "bind4", "bind6", "connect4", "connect6", "post_bind4",
	"post_bind6", "sendmsg4", "sendmsg6", "sysctl", "recvmsg4", "recvmsg6", "getsockopt", "setsockopt",
}

// bpfProgram is BPFProgram=: TYPE:PATH (config_parse_bpf_foreign_program).
func bpfProgram(a argument) []*Problem {
	scan := scanner{text: a.Text}
	word, problem, ok := scan.next(colonSet, 0)
	if problem != nil {
		return a.single(problem)
	}
	path := a.word().Slice(scan.pos, len(a.Text))
	if !ok || path.Text == "" {
		return a.whole(MissingPath, "there is no path of a program", "TYPE:PATH")
	}
	if !slices.Contains(attachTypes, word.Text) {
		return a.single(&Problem{Kind: BadAttachType, Span: word.Span, Text: "unknown attach type",
			Expected: "one of " + strings.Join(attachTypes, ", ")})
	}
	return a.single(a.path(path, needAbsolute))
}

// nftFamilies are the families of tables (nfproto_table in src/shared/firewall-util.c).
var nftFamilies = []string{"arp", "bridge", "inet", "ip", "ip6", "netdev"}

// nftSet is NFTSet=: words SOURCE:FAMILY:TABLE:SET, read no further than the first
// problem (config_parse_nft_set in src/shared/firewall-util.c).
func nftSet(a argument) []*Problem {
	words, last := Strv(a.Text)
	for _, w := range words {
		if problem := a.checkNFTSet(w); problem != nil {
			problem.Effect = DropsRest
			return []*Problem{problem}
		}
	}
	return appendProblem(nil, last)
}

// checkNFTSet returns what is wrong with one set.
func (a argument) checkNFTSet(w Word) *Problem {
	bad := func(w Word, text, expected string) *Problem {
		return &Problem{Kind: BadNFTSet, Span: w.Span, Text: text, Expected: expected}
	}
	fields, rest, problem := splitFields(w, cUnescape, 4)
	if problem != nil {
		return problem
	}
	if len(fields) != 4 || rest {
		return bad(w, "the set does not have four parts", "SOURCE:FAMILY:TABLE:SET")
	}
	if sources := []string{"cgroup", "user", "group"}; !slices.Contains(sources, fields[0].Text) {
		return bad(fields[0], "unknown source", "one of "+strings.Join(sources, ", "))
	}
	if !slices.Contains(nftFamilies, fields[1].Text) {
		return bad(fields[1], "unknown family", "one of "+strings.Join(nftFamilies, ", "))
	}
	for _, name := range fields[2:] {
		if !isNFTName(name.Text, a.Release) {
			return bad(name, "this is no name in nftables", `a letter, then letters, digits and /\_.`)
		}
	}
	return nil
}

// longNFTNamesSince is the first release with names of tables and sets of more than
// 31 bytes.
const longNFTNamesSince = 258

// nftCharacters are the bytes that names of tables and sets may hold.
var nftCharacters = setOf("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ/\\_.")

// isNFTName reports whether s can be the name of a table or set
// (nft_identifier_valid in src/basic/parse-util.c).
func isNFTName(s string, release int) bool {
	longest := 255
	if release < longNFTNamesSince {
		longest = 31
	}
	if s == "" || len(s) > longest || strings.IndexByte("0123456789/\\_.", s[0]) >= 0 {
		return false
	}
	for i := 0; i < len(s); i++ {
		if !nftCharacters[s[i]] {
			return false
		}
	}
	return true
}
