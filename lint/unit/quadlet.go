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

// QuadletService returns the name of the service that podman's generator makes of a
// file, unless the file says otherwise (ServiceName=); of foo@.volume it is
// foo-volume@.service (getServiceName in pkg/systemd/quadlet/quadlet.go of podman).
func QuadletService(base string) (string, bool) {
	t, ok := directive.QuadletOf(path.Ext(base))
	if !ok || base == t.Extension || strings.HasPrefix(base, ".") {
		return "", false
	}
	stem := strings.TrimSuffix(base, t.Extension)
	if template, ok := strings.CutSuffix(stem, "@"); ok {
		return template + strings.TrimSuffix(t.Service, ".service") + "@.service", true
	}
	return stem + t.Service, true
}

// isQuadletDropInDir reports whether a directory's name is that of drop-ins of a file
// for podman's generator, or of all of a type: foo.container.d, container.d. Those of
// foo.network may be systemd-networkd's.
func isQuadletDropInDir(name string) bool {
	owner, ok := strings.CutSuffix(name, ".d")
	if !ok {
		return false
	}
	_, ok = directive.QuadletOf(path.Ext("." + owner))
	return ok
}

// networkds reports whether drop-ins are most likely for systemd-networkd.
func networkds(dir string) bool {
	return path.Ext("."+strings.TrimSuffix(path.Base(dir), ".d")) == ".network" && !isForPodman(path.Dir(dir))
}

// isForPodman reports whether a directory is one in which only podman's generator looks.
func isForPodman(dir string) bool { return strings.Contains(dir+"/", "containers/systemd/") }

// quadletDropInNames returns the names of the directories of drop-ins of a file,
// without their suffix and the most specific first (GetUnitDropinPaths in
// pkg/systemd/parser/unitfile.go of podman).
func quadletDropInNames(base string) []string {
	ext := path.Ext(base)
	prefix, instance, templated := strings.Cut(strings.TrimSuffix(base, ext), "@")
	names := []string{base}
	if instance != "" {
		names = append(names, prefix+"@"+ext)
	}
	for i := strings.LastIndexByte(prefix, '-'); i >= 0; i = strings.LastIndexByte(prefix[:i], '-') {
		if templated {
			names = append(names, prefix[:i+1]+"@"+ext)
		}
		names = append(names, prefix[:i+1]+ext)
	}
	return append(names, strings.TrimPrefix(ext, "."))
}

// Where podman's generator looks for files (GetUnitDirs in
// pkg/systemd/quadlet/unitdirs.go of podman), first the system manager's, in order.
var (
	systemQuadlets = []string{"/run/containers/systemd", "/etc/containers/systemd", "/usr/share/containers/systemd"}
	adminQuadlets  = "/etc/containers/systemd/users"
	homeQuadlets   = ".config/containers/systemd"
)

// QuadletDirs returns the directories below a root from which podman's generator
// makes services for a manager. Those of all users are taken together.
func QuadletDirs(tree *source.Tree, report string, scope Scope) []*Dir {
	w := &quadletWalk{tree: tree, report: report, seen: map[string]bool{}}
	if scope != ScopeUser {
		w.seen[strings.TrimPrefix(adminQuadlets, "/")] = true // not the system manager's
		for _, host := range systemQuadlets {
			w.dir(host, 0)
		}
		return w.dirs
	}
	homes := []string{"root"}
	entries, _ := tree.ReadDir("home") // there need not be one
	for _, e := range entries {
		homes = append(homes, path.Join("home", e.Name()))
	}
	for _, home := range homes {
		w.dir(path.Join(home, homeQuadlets), 0)
	}
	w.dir(adminQuadlets, 0)
	return w.dirs
}

// quadletWalk collects directories and those below them.
type quadletWalk struct {
	tree   *source.Tree
	report string
	seen   map[string]bool
	dirs   []*Dir
}

func (w *quadletWalk) dir(name string, depth int) {
	link := w.tree.Resolve(name)
	if link.Err != nil || !link.Info.IsDir() || w.seen[link.Name] || depth > maxDepth {
		return
	}
	w.seen[link.Name] = true
	w.dirs = append(w.dirs, &Dir{Tree: w.tree, Name: link.Name, Path: path.Join(w.report, link.Name)})
	entries, _ := w.tree.ReadDir(link.Name) // the loader tells
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".d") {
			w.dir(path.Join(link.Name, e.Name()), depth+1)
		}
	}
}

// scanQuadlets notes what a directory holds for podman's generator.
func (l *loader) scanQuadlets(dir *Dir, rank int) {
	entries, err := dir.Tree.ReadDir(dir.Name)
	if err != nil {
		l.set.problem(dir.Path, errorText(err), false)
	}
	for _, e := range entries {
		name := path.Join(dir.Name, e.Name())
		if isQuadletDropInDir(e.Name()) {
			l.scanBeside(dir, rank, name)
		} else if !e.IsDir() {
			l.addQuadlet(dir, name)
		}
	}
}

// Quadlet returns the service that podman's generator makes under a name, or the
// template of it.
func (s *Set) Quadlet(service string) *Unit {
	if u := s.madeAs[service]; u != nil {
		return u
	}
	name, err := value.ParseName(service)
	if err != nil || name.Kind != value.Instance {
		return nil
	}
	return s.madeAs[name.Template().String()]
}

// QuadletFile returns the service that podman's generator makes of the file with a
// name, such as data.volume.
func (s *Set) QuadletFile(base string) *Unit { return s.madeOf[base] }

// maxQuadlet bounds what is read to see whether a file is one for podman's generator:
// images of disks and systems have the same suffixes.
const maxQuadlet = 1 << 20

// readQuadlet reads a file that podman's generator makes a service from; nil if it is
// something else. Other programs use the same suffixes: systemd-networkd has .network,
// Perl's documentation .pod, images of disks .image.
func readQuadlet(dir *Dir, file string) *Part {
	t, ok := directive.QuadletOf(path.Ext(file))
	if _, named := QuadletService(path.Base(file)); !ok || !named {
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
	part := &Part{Dir: dir}
	if link.Info != nil {
		part.Mode = link.Info.Mode()
	}
	report := dir.report(file)
	if target, ok := dir.File(link.Name); ok {
		report = target // web@one.container is a link to web@.container
	}
	parsed := source.NewFile(report, text)
	parsed.Tree, parsed.Name = dir.Tree, file
	part.File = syntax.Parse(parsed)
	if !isQuadlet(part.File, t, path.Join(dir.Host, dir.Path)) || isTemplate(part.File) {
		return nil
	}
	return part
}

// isQuadlet reports whether a file with the suffix of a type is one of that type.
func isQuadlet(file *syntax.File, t directive.QuadletType, dir string) bool {
	own, sure := false, t.Extension != ".network" || isForPodman(dir)
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
	assignments := section.Assignments()
	return slices.ContainsFunc(assignments, func(a syntax.Assignment) bool {
		_, known := directive.QuadletKey(section.Name(), a.Key().String())
		return known && !slices.Contains(networkdToo, a.Key().String())
	})
}

// addQuadlet adds the service that podman's generator makes of a file. It returns
// false if the file is none for the generator.
func (l *loader) addQuadlet(dir *Dir, file string) bool {
	part := readQuadlet(dir, file)
	if part == nil {
		return false
	}
	base := path.Base(file)
	service, _ := QuadletService(base)
	name, err := value.ParseName(service)
	if err != nil {
		return false
	}
	if first := l.set.madeOf[base]; first != nil {
		l.set.Ignored = append(l.set.Ignored, Ignored{Path: dir.report(file), Shadow: first.Path})
		return true
	}
	t, _ := directive.QuadletOf(path.Ext(file))
	u := &Unit{
		Name: name, ID: service, Names: []string{service}, State: Loaded, Fragment: part, Path: part.Source.Path, Set: l.set, Quadlet: t.Section,
	}
	l.set.madeOf[base] = u
	l.set.Quadlets = append(l.set.Quadlets, u)
	return true
}

// finishQuadlets adds what stands beside the files that podman's generator makes
// services from, and names the services.
func (l *loader) finishQuadlets() {
	for _, base := range sortedNames(l.set.madeOf) {
		u := l.set.madeOf[base]
		stem, ext := strings.TrimSuffix(base, path.Ext(base)), path.Ext(base)
		if prefix, instance, ok := strings.Cut(stem, "@"); ok && instance != "" {
			if template := l.set.madeOf[prefix+"@"+ext]; template != nil && template.Path == u.Path {
				u.Template, u.Fragment = template, template.Fragment
			}
		}
		var dirs []beside
		for _, name := range quadletDropInNames(base) {
			dirs = append(dirs, l.dirs[name]...)
		}
		l.addDropIns(u, dirs)
		u.scope = u.tellScope()
		for setting := range u.All() {
			if setting.Section == u.Quadlet && setting.Key().String() == "ServiceName" {
				if name, err := value.ParseName(strings.Trim(setting.Value().String(), `"`) + ".service"); err == nil {
					u.Name, u.ID, u.Names = name, name.String(), []string{name.String()}
				}
			}
		}
		l.set.madeAs[u.ID] = u
	}
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
