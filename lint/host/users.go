package host

import (
	"path"
	"slices"
	"strings"
)

// accounts are the names of users and groups that are known, with the paths of the
// users' homes.
type accounts struct {
	users, groups map[string]bool
	homes         map[string]string
	// complete says that there are no others.
	complete bool
	source   string
}

// sysusersDirs are the directories of sysusers.d(5).
var sysusersDirs = []string{"/etc/sysusers.d", "/run/sysusers.d", "/usr/local/lib/sysusers.d", "/usr/lib/sysusers.d"}

// accounts reads what is known of users and groups.
func (h *Host) accounts() *accounts {
	h.accountsOnce.Do(func() {
		a := &accounts{users: map[string]bool{}, groups: map[string]bool{}, homes: map[string]string{}}
		h.known = a
		for _, dir := range sysusersDirs {
			for _, name := range h.ReadDir(dir) {
				if text, _, ok := h.ReadFile(path.Join(dir, name)); ok {
					a.sysusers(text)
				}
			}
		}
		if h.Checkout != nil {
			for _, file := range h.Checkout.Files() {
				if !strings.Contains(file, "sysusers") || path.Ext(file) != ".conf" && !strings.HasSuffix(file, ".sysusers") {
					continue
				}
				if text, err := h.Checkout.Tree.ReadFile(file); err == nil {
					a.sysusers(text)
				}
			}
		}
		switch {
		case h.Facts != nil:
			a.complete, a.source = true, h.Facts.Report
			for _, name := range h.Facts.Users {
				a.users[name] = true
			}
			for _, name := range h.Facts.Groups {
				a.groups[name] = true
			}
		case h.Root != nil:
			a.passwd(h)
		}
	})
	return h.known
}

// passwd reads the accounts of a root directory. Where nsswitch.conf(5) names
// other sources of users, these are not all.
func (a *accounts) passwd(h *Host) {
	users, _, ok := h.ReadFile("/etc/passwd")
	groups, _, okGroups := h.ReadFile("/etc/group")
	for line := range strings.Lines(users) {
		fields := strings.Split(strings.TrimRight(line, "\r\n"), ":")
		a.users[fields[0]] = true
		if len(fields) > 5 {
			a.homes[fields[0]] = fields[5]
		}
	}
	for line := range strings.Lines(groups) {
		name, _, _ := strings.Cut(line, ":")
		a.groups[name] = true
	}
	a.complete, a.source = ok && okGroups, h.RootReport
	sources, _, _ := h.ReadFile("/etc/nsswitch.conf")
	for line := range strings.Lines(sources) {
		fields := strings.Fields(line)
		if len(fields) == 0 || fields[0] != "passwd:" && fields[0] != "group:" {
			continue
		}
		for _, service := range fields[1:] {
			if !slices.Contains([]string{"files", "systemd", "compat", "altfiles", "mymachines"}, service) && service[0] != '[' {
				a.complete = false
			}
		}
	}
	for _, dir := range []string{"/etc/userdb", "/run/userdb", "/usr/lib/userdb", "/usr/local/lib/userdb"} {
		for _, name := range h.ReadDir(dir) {
			if user, ok := strings.CutSuffix(name, ".user"); ok {
				a.users[user] = true
			}
			if group, ok := strings.CutSuffix(name, ".group"); ok {
				a.groups[group] = true
			}
		}
	}
}

// sysusers takes the users and groups of a file of sysusers.d(5).
func (a *accounts) sysusers(text string) {
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if len(fields) < 2 {
			continue
		}
		name := strings.Trim(fields[1], `"`)
		switch strings.TrimSuffix(fields[0], "!") {
		case "u":
			a.users[name], a.groups[name] = true, true
			if home := sysusersHome(line); home != "" {
				a.homes[name] = home
			}
		case "g":
			a.groups[name] = true
		case "m":
			a.users[name] = true
			if len(fields) > 2 {
				a.groups[fields[2]] = true
			}
		}
	}
}

// sysusersHome returns the home directory of a line of sysusers.d(5), which stands
// after the description in quotes.
func sysusersHome(line string) string {
	rest := line
	if i := strings.LastIndexByte(line, '"'); i >= 0 {
		rest = line[i+1:]
	}
	for _, field := range strings.Fields(rest) {
		if strings.HasPrefix(field, "/") {
			return field
		}
	}
	return ""
}

// everywhere are users and groups of every system with systemd.
var everywhere = map[string]bool{"root": true, "nobody": true}

// User says whether there is a user of a name.
func (h *Host) User(name string) Fact {
	a := h.accounts()
	return a.fact(name, a.users)
}

// Group says whether there is a group of a name.
func (h *Host) Group(name string) Fact {
	a := h.accounts()
	return a.fact(name, a.groups)
}

func (a *accounts) fact(name string, known map[string]bool) Fact {
	switch {
	case known[name], everywhere[name]:
		return Fact{Yes, a.source}
	case a.complete:
		return Fact{No, a.source}
	}
	return Fact{}
}

// Home returns the home directory of a user, "" if it is not known.
func (h *Host) Home(user string) string {
	if user == "root" {
		return "/root"
	}
	return h.accounts().homes[user]
}

// HostName says whether /etc/hosts has a name. A name that it does not have may
// still be found by other means.
func (h *Host) HostName(name string) Fact {
	h.hostsOnce.Do(func() {
		h.hosts = map[string]bool{}
		if h.Facts != nil {
			h.hostsSource = h.Facts.Report
			for _, known := range h.Facts.Hosts {
				h.hosts[known] = true
			}
			return
		}
		text, report, ok := h.ReadFile("/etc/hosts")
		if ok {
			h.hostsSource = report
		}
		for _, known := range hostNames(text) {
			h.hosts[known] = true
		}
	})
	switch {
	case h.hosts[name]:
		return Fact{Yes, h.hostsSource}
	case h.hostsSource != "":
		return Fact{No, h.hostsSource}
	}
	return Fact{}
}

// hostNames returns the names in a text as that of /etc/hosts (hosts(5)).
func hostNames(text string) []string {
	var names []string
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		if fields := strings.Fields(line); len(fields) > 1 {
			names = append(names, fields[1:]...)
		}
	}
	return names
}
