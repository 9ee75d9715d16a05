package service

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/program"
	"github.com/unitvet/unitvet/lint/value"
)

//go:embed memory_limit_equals_cache.md
var memoryLimitEqualsCachePage string

// MemoryLimitEqualsCache finds programs that are told to fill as much memory as they
// may have at most (systemd.resource-control(5), MemoryMax=).
var MemoryLimitEqualsCache = &lint.Rule{
	ID:        "memory-limit-equals-cache",
	Summary:   "a cache or heap that takes all the memory that the service may have",
	Category:  "service",
	Severity:  lint.Info,
	Tier:      lint.Strict,
	Since:     "0.1.0",
	Page:      memoryLimitEqualsCachePage,
	CheckUnit: memoryLimitEqualsCache,
}

// cache is an option for the size of what a program keeps in memory.
type cache struct {
	// option has its value in the next word, or after "="; with joined, right after it.
	option string
	joined bool
	// plain is what a number without a letter counts, in bytes.
	plain uint64
}

// caches by program. Letters are powers of 1024, in either case, with a B or without.
var caches = map[string][]cache{
	"java":          {{option: "-Xmx", joined: true, plain: 1}},                                   // java(1)
	"memcached":     {{option: "-m", plain: 1 << 20}, {option: "--memory-limit", plain: 1 << 20}}, // memcached(1)
	"mongod":        {{option: "--wiredTigerCacheSizeGB", plain: 1 << 30}},                        // mongod(1)
	"mysqld":        {{option: "--innodb-buffer-pool-size", plain: 1}},                            // mysqld(8)
	"mariadbd":      {{option: "--innodb-buffer-pool-size", plain: 1}},                            // mariadbd(8)
	"node":          {{option: "--max-old-space-size", plain: 1 << 20}},                           // node(1)
	"redis-server":  {{option: "--maxmemory", plain: 1}},                                          // redis.conf
	"valkey-server": {{option: "--maxmemory", plain: 1}},                                          // valkey.conf
}

func memoryLimitEqualsCache(p *lint.UnitPass) {
	s := lookService(p)
	if s == nil {
		return
	}
	setting, ok := s.accepted("MemoryMax")
	if !ok {
		return
	}
	most, err := value.ParseSize(setting.Value().String(), 1024)
	m := s.started()
	if err != nil || m == nil { // infinity, or a percentage
		return
	}
	args := m.args
	if e := m.run.Entry; e != nil {
		args = append(args[:len(args):len(args)], e.Flags...)
	}
	for _, c := range caches[m.name] {
		for i, arg := range args {
			word, ok := c.value(args, i)
			if !ok {
				continue
			}
			size, ok := c.bytes(word.Text)
			if !ok || size < most {
				continue
			}
			p.Report(lint.Finding{
				Place: lint.AtValue(setting),
				Message: fmt.Sprintf("%s is not more than what %s lets %s fill, and the program needs memory beside that: the kernel kills it when it is full",
					pretty(setting), c.says(arg, word), m.name),
				Help:    "leave a quarter or more above it",
				Related: []lint.Related{{Place: at(word), Message: "what it may fill"}},
			})
			return
		}
	}
}

// says is the option as messages name it.
func (c cache) says(arg, word program.Word) string {
	if arg.Text == c.option {
		return arg.Text + " " + word.Text
	}
	return arg.Text
}

// value returns the value of the option, if the word at an index is the option.
func (c cache) value(args []program.Word, i int) (program.Word, bool) {
	text := args[i].Text
	switch rest, ok := strings.CutPrefix(text, c.option); {
	case !ok || !args[i].Known:
	case rest == "" && !c.joined && i+1 < len(args) && args[i+1].Known:
		return args[i+1], true
	case strings.HasPrefix(rest, "=") && !c.joined:
		return args[i].Slice(len(c.option)+1, len(text)), true
	case rest != "" && c.joined:
		return args[i].Slice(len(c.option), len(text)), true
	}
	return program.Word{}, false
}

// bytes reads a size.
func (c cache) bytes(text string) (uint64, bool) {
	digits := text[:len(text)-len(strings.TrimLeft(text, "0123456789"))]
	n, err := strconv.ParseUint(digits, 10, 40)
	if err != nil {
		return 0, false
	}
	rest := strings.ToLower(strings.TrimPrefix(text, digits))
	if rest == "" {
		return n * c.plain, true
	}
	for power, letter := range "kmgt" {
		if rune(rest[0]) == letter && len(rest) <= 2 {
			for range power + 1 {
				n *= 1024
			}
			return n, true
		}
	}
	return 0, false
}
