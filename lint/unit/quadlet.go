package unit

import (
	"path"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint/directive"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/syntax"
	"github.com/unitvet/unitvet/lint/value"
)

// Quadlet returns the names of the files that podman's generator would make a
// service of that name from.
func Quadlet(service string) []string {
	var files []string
	for _, t := range directive.Quadlets {
		if stem, ok := strings.CutSuffix(service, t.Service); ok {
			files = append(files, stem+t.Extension)
		}
	}
	slices.Sort(files)
	return files
}

// quadletService returns the name of the service that podman's generator makes of a
// file, unless the file says otherwise (ServiceName=).
func quadletService(base string) (string, bool) {
	t, ok := directive.QuadletOf(path.Ext(base))
	if !ok || base == t.Extension || strings.HasPrefix(base, ".") {
		return "", false
	}
	return strings.TrimSuffix(base, t.Extension) + t.Service, true
}

// maxQuadlet bounds what is read to see whether a file is one for podman's generator:
// images of disks and systems have the same suffixes.
const maxQuadlet = 1 << 20

// readQuadlet reads a file that podman's generator makes a service from; nil if it is
// something else. Other programs use the same suffixes: systemd-networkd has .network,
// Perl's documentation .pod, images of disks .image.
func readQuadlet(dir *Dir, file string) *Part {
	t, ok := directive.QuadletOf(path.Ext(file))
	if _, named := quadletService(path.Base(file)); !ok || !named {
		return nil
	}
	link := dir.Tree.Resolve(file)
	_, overlaid := dir.Tree.Overlay[link.Name]
	if !overlaid && (link.Err != nil || !link.Info.Mode().IsRegular() || link.Info.Size() > maxQuadlet) {
		return nil
	}
	text, err := dir.Tree.ReadFile(file)
	if err != nil || !strings.Contains(text, "["+t.Section+"]") {
		return nil
	}
	part := &Part{Dir: dir, Name: file}
	if link.Info != nil {
		part.Mode = link.Info.Mode()
	}
	parsed := source.NewFile(dir.report(file), text)
	parsed.Tree, parsed.Name = dir.Tree, file
	part.File = syntax.Parse(parsed)
	if !isQuadlet(part.File, t, path.Join(dir.Host, dir.Path)) || isTemplate(part.File) {
		return nil
	}
	return part
}

// isQuadlet reports whether a file with the suffix of a type is one of that type.
func isQuadlet(file *syntax.File, t directive.QuadletType, dir string) bool {
	own, sure := false, t.Extension != ".network" || strings.Contains(dir+"/", "containers/systemd/")
	for _, section := range file.Sections {
		switch name := section.Name(); {
		case name == t.Section:
			own = true
			sure = sure || hasKeyOfPodman(section)
		case name == "Service" || name == "Install" || name == "Unit" || name == directive.QuadletCommon:
			sure = true
		case t.Extension == ".network" && name != "" && !strings.HasPrefix(name, directive.ExtensionPrefix):
			return false // [Match], [Address] and others of systemd-networkd
		}
	}
	return own && sure
}

// networkdToo are keys of [Network] that systemd-networkd has as well.
var networkdToo = []string{"DNS", "Gateway"}

// hasKeyOfPodman reports whether a section [Network] has a key that is podman's alone.
func hasKeyOfPodman(section *syntax.Section) bool {
	return slices.ContainsFunc(section.Nodes, func(node syntax.Node) bool {
		a, ok := node.(*syntax.Assignment)
		if !ok {
			return false
		}
		_, known := directive.QuadletKey(section.Name(), a.Key.String)
		return known && !slices.Contains(networkdToo, a.Key.String)
	})
}

// addQuadlet adds the service that podman's generator makes of a file. It returns
// false if the file is none for the generator.
func (l *loader) addQuadlet(dir *Dir, file string) bool {
	part := readQuadlet(dir, file)
	if part == nil {
		return false
	}
	service, _ := quadletService(path.Base(file))
	name, err := value.ParseName(service)
	if err != nil {
		return false
	}
	t, _ := directive.QuadletOf(path.Ext(file))
	u := &Unit{
		Name: name, Names: []string{service}, State: Loaded, Fragment: part, Path: part.Source.Path, Set: l.set, Quadlet: t.Section,
	}
	u.collect()
	l.set.Quadlets = append(l.set.Quadlets, u)
	return true
}

// others are the files of systemd's that are no units, by suffix.
var others = map[string]string{
	".netdev":   "a network device of systemd-networkd (systemd.netdev(5))",
	".network":  "a network of systemd-networkd (systemd.network(5))",
	".link":     "a link of systemd-udevd (systemd.link(5))",
	".nspawn":   "settings of a container of systemd-nspawn (systemd.nspawn(5))",
	".dnssd":    "a service that systemd-resolved announces (systemd.dnssd(5))",
	".pcrlock":  "a component of systemd-pcrlock (systemd.pcrlock(5))",
	".transfer": "a transfer of systemd-sysupdate (sysupdate.d(5))",
	".busname":  "a unit of a type that is gone since systemd 235",
	".snapshot": "a unit of a type that is gone since systemd 228",
}

// daemons are those of systemd's that read NAME.conf and NAME.conf.d/*.conf.
var daemons = []string{
	"system", "user", "journald", "journal-remote", "journal-upload", "logind", "networkd", "resolved", "timesyncd", "coredump", "homed",
	"oomd", "pstore", "sleep", "iocost", "udev", "repart", "bootctl",
}

// configurations are the directories of other configuration of systemd's.
var configurations = []string{"tmpfiles.d", "sysusers.d", "modules-load.d", "sysctl.d", "binfmt.d", "repart.d", "sysupdate.d", "environment.d", "kernel-install.d"}

// Other says what a file of systemd's is that is no unit, by its name.
func Other(name string) (what string, ok bool) {
	base, dir := path.Base(name), path.Base(path.Dir(name))
	ext := path.Ext(base)
	if what, ok := others[ext]; ok {
		return what, true
	}
	if ext != ".conf" {
		return "", false
	}
	daemon := strings.TrimSuffix(base, ext)
	if strings.HasSuffix(dir, ".conf.d") {
		daemon = strings.TrimSuffix(dir, ".conf.d")
	}
	switch {
	case slices.Contains(configurations, dir):
		return "configuration of systemd's, see " + dir + "(5)", true
	case slices.Contains(daemons, daemon):
		return "configuration of one of systemd's daemons (" + daemon + ".conf)", true
	case strings.HasSuffix(dir, ".d") && others[path.Ext(strings.TrimSuffix(dir, ".d"))] != "":
		return "a drop-in of " + others[path.Ext(strings.TrimSuffix(dir, ".d"))], true
	}
	return "", false
}
