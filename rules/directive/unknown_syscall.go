package directive

import (
	_ "embed"

	"github.com/unitvet/unitvet/lint"
)

//go:embed unknown_syscall.md
var unknownSyscallPage string

// UnknownSyscall finds names of system calls and of groups of them that systemd
// does not know (seccomp_parse_syscall_filter in src/shared/seccomp-util.c).
var UnknownSyscall = &lint.Rule{
	ID:        idUnknownSyscall,
	Summary:   "a system call or group that systemd does not know",
	Category:  "directive",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      unknownSyscallPage,
	CheckFile: tells(idUnknownSyscall),
}
