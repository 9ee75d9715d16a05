package value

// Paths that exist, names and words of their own kinds (numbers continue those of
// the kinds in value.go).
const (
	// TooLong is a text over the limit of its kind, specifiers expanded.
	TooLong ProblemKind = iota + 520
	// PathInAPI is a path below /dev, /sys or /proc where systemd wants none.
	PathInAPI
	// MissingPath is an entry or part that should be a path and is not there.
	MissingPath
	// TooManyParts is a value with more parts after colons than it may have.
	TooManyParts
	// BadPartition is a word that names no partition of a disk image.
	BadPartition
	// BadImagePolicy is an image policy that cannot be read.
	BadImagePolicy
)

// Users, names and addresses.
const (
	// BadUserName is a text that is neither a name nor a number of a user or group.
	BadUserName ProblemKind = iota + 600
	// NameWrongType is a unit name of a type that the directive does not take.
	NameWrongType
	// NameSelf is a unit that names itself where it must not.
	NameSelf
	// NameNoInstances is a template or instance of a unit type that has none.
	NameNoInstances
	// BadURL is a text that is no link to documentation.
	BadURL
	// BadBusName is a text that is no name on the bus.
	BadBusName
	// BadFDName is a text that is no name of a file descriptor.
	BadFDName
	// BadCredential is a text that is no name of a credential.
	BadCredential
	// BadName is a text that is no name of its kind: a namespace of the journal, a
	// cgroup, a session, a rule, a host.
	BadName
	// BadXattr is an extended attribute that is not NAME=VALUE, or of a name that
	// does not start with user.
	BadXattr
	// BadAddress is a socket address that cannot be read.
	BadAddress
	// BadPort is a port that is no number from 1 to 65535.
	BadPort
	// BadAddressFamily is an address of a family that the directive does not take.
	BadAddressFamily
	// BadNetlinkFamily is a word that names no netlink family.
	BadNetlinkFamily
	// BadPrefix is a text that is no IP address with a prefix length.
	BadPrefix
	// BadInterface is a text that is no name of a network interface.
	BadInterface
	// BadSocketBind is a rule of SocketBindAllow= that cannot be read.
	BadSocketBind
)

// Devices and control groups.
const (
	// BadDevice is a path that is no device node.
	BadDevice ProblemKind = iota + 700
	// BadDeviceAccess are access rights other than r, w and m.
	BadDeviceAccess
	// MissingLimit is a device without the limit that should follow it.
	MissingLimit
	// BadDeviceLimit is a limit of a device that cannot be read, or out of range.
	BadDeviceLimit
	// BadAttachType is a word that is no attach type of a BPF program.
	BadAttachType
	// BadNFTSet is a set of nftables that cannot be read.
	BadNFTSet
)
