package quadlet

import (
	_ "embed"
	"fmt"
	"path"
	"regexp"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/value"
)

//go:embed invalid_quadlet.md
var invalidQuadletPage string

// InvalidQuadlet finds what podman's generator refuses although it knows every key
// (the Convert… functions in pkg/systemd/quadlet/quadlet.go of podman).
var InvalidQuadlet = &lint.Rule{
	ID:        "invalid-quadlet",
	Summary:   "something missing or excluded in a file for podman's generator: it makes no service of the file",
	Category:  "quadlet",
	Severity:  lint.Error,
	Since:     "0.1.0",
	Page:      invalidQuadletPage,
	CheckUnit: invalidQuadlet,
	Quadlets:  true,
}

func invalidQuadlet(p *lint.UnitPass) {
	if p.Unit.Quadlet == "" || !p.Unit.Known() {
		return
	}
	q := quadlet{p.Unit}
	for _, check := range checks[q.Quadlet] {
		if f := check(q); f != nil {
			f.Message += ": " + q.refused()
			p.Report(*f)
		}
	}
}

// check finds one thing that the generator refuses; nil if that is fine.
type check func(q quadlet) *lint.Finding

// checks are those of each section.
var checks = map[string][]check{
	"Container": {imageOrRootfs, killMode, serviceType, groupWithoutUser, mappedTwice, remapped, ports, podFile, reloadedTwice, mountSource},
	"Kube":      {required("Yaml", "file.yaml"), killMode, serviceType, mappedTwice, remapped, manualInKube, kubeDirectory},
	"Image":     {required("Image", "registry.example.com/image:tag")},
	"Artifact":  {required("Artifact", "registry.example.com/artifact:tag")},
	"Build":     {required("ImageTag", "localhost/image:tag"), buildContext},
	"Network":   {more("Gateway"), more("IPRange")},
	"Volume":    {imageOfDriver, needsDevice("Type"), needsDevice("Options")},
	"Pod":       {mappedTwice, remapped},
}

// required: a key that a file cannot do without.
func required(key, example string) check {
	return func(q quadlet) *lint.Finding {
		found := q.all(key)
		if last, ok := q.in(q.Quadlet, key); key == "Image" || key == "Artifact" {
			found = nil
			if ok && last.text != "" {
				return nil
			}
		}
		if len(found) > 0 {
			return nil
		}
		return &lint.Finding{
			Place: q.header(), Message: fmt.Sprintf("[%s] has no %s=", q.Quadlet, key), Help: fmt.Sprintf("write %s=%s", key, example),
		}
	}
}

// imageOrRootfs: a container is made of one of them.
func imageOrRootfs(q quadlet) *lint.Finding {
	image, hasImage := q.has("Image")
	rootfs, hasRootfs := q.has("Rootfs")
	switch {
	case !hasImage && !hasRootfs:
		return &lint.Finding{
			Place: q.header(), Message: "[Container] has neither Image= nor Rootfs=", Help: "write Image=registry.example.com/image:tag",
		}
	case hasImage && hasRootfs:
		return excluded(rootfs, image)
	}
	return nil
}

// excluded is a finding about two settings of which the generator takes one.
func excluded(at, other entry) *lint.Finding {
	return &lint.Finding{
		Place:   at.at(),
		Message: fmt.Sprintf("%s= excludes %s=", at.Key().String(), other.Key().String()),
		Help:    "remove one of them",
		Related: []lint.Related{{Place: other.at(), Message: "the other setting"}},
	}
}

// killMode: conmon is to end with the service.
func killMode(q quadlet) *lint.Finding {
	mode, ok := q.in("Service", "KillMode")
	if !ok || mode.text == "mixed" || mode.text == "control-group" {
		return nil
	}
	return &lint.Finding{
		Place:   mode.at(),
		Message: fmt.Sprintf("KillMode= is %q, and only mixed and control-group work with containers", mode.text),
		Help:    "remove the line: the generator writes KillMode=mixed",
	}
}

// serviceType: conmon tells systemd when the container runs.
func serviceType(q quadlet) *lint.Finding {
	kind, ok := q.in("Service", "Type")
	if !ok || kind.text == "notify" || kind.text == "oneshot" {
		return nil
	}
	return &lint.Finding{
		Place:   kind.at(),
		Message: fmt.Sprintf("Type= is %q, and a container is started with notify or oneshot", kind.text),
		Help:    "remove the line: the generator writes Type=notify",
	}
}

// groupWithoutUser: podman takes both in one option.
func groupWithoutUser(q quadlet) *lint.Finding {
	group, hasGroup := q.has("Group")
	if _, hasUser := q.has("User"); hasUser || !hasGroup {
		return nil
	}
	return &lint.Finding{Place: group.at(), Message: "Group= needs a User=", Help: "write User= as well, such as User=0"}
}

// mappedTwice: the old keys for user namespaces exclude the new ones.
func mappedTwice(q quadlet) *lint.Finding {
	for _, key := range []string{"UserNS", "UIDMap", "GIDMap", "SubUIDMap", "SubGIDMap"} {
		mapping, ok := q.has(key)
		if !ok {
			continue
		}
		for _, old := range []string{"RemapUid", "RemapGid", "RemapUsers"} {
			if remap, ok := q.in(q.Quadlet, old); ok {
				return excluded(remap, mapping)
			}
		}
	}
	return nil
}

// remapped: the old keys for user namespaces go with RemapUsers=.
func remapped(q quadlet) *lint.Finding {
	if mappedTwice(q) != nil {
		return nil
	}
	users, _ := q.in(q.Quadlet, "RemapUsers")
	switch mode := users.text; mode {
	case "manual", "auto":
	case "", "keep-id":
		for _, key := range []string{"RemapUid", "RemapGid"} {
			switch found := q.all(key); {
			case mode == "" && len(found) > 0:
				return &lint.Finding{
					Place: found[0].at(), Message: key + "= needs a RemapUsers=", Help: "write " + strings.Replace(strings.ToUpper(key[5:]), "ID", "IDMap", 1) + "= instead",
				}
			case len(found) > 1:
				return &lint.Finding{Place: found[1].at(), Message: "RemapUsers=keep-id takes one " + key + "= only", Help: "remove all but one"}
			}
		}
	default:
		return &lint.Finding{
			Place: users.at(), Message: fmt.Sprintf("RemapUsers= is %q, which is none of manual, auto and keep-id", mode), Help: "write UserNS= instead",
		}
	}
	return nil
}

// manualInKube: podman kube play has no options for it.
func manualInKube(q quadlet) *lint.Finding {
	users, _ := q.in(q.Quadlet, "RemapUsers")
	if users.text != "manual" || mappedTwice(q) != nil {
		return nil
	}
	return &lint.Finding{Place: users.at(), Message: "RemapUsers=manual is for containers and pods", Help: "write UserNS= instead"}
}

// portRange is what the generator looks for at the end of a value.
var portRange = regexp.MustCompile(`\d+(-\d+)?(/udp|/tcp)?$`)

// ports: the generator reads ExposeHostPort= itself.
func ports(q quadlet) *lint.Finding {
	for _, port := range q.all("ExposeHostPort") {
		if !portRange.MatchString(strings.TrimSpace(port.text)) {
			return &lint.Finding{
				Place:   port.at(),
				Message: fmt.Sprintf("ExposeHostPort= is %q, which is neither a port nor a range of ports", port.text),
				Help:    "write it like 8080, 8000-8010 or 53/udp",
			}
		}
	}
	return nil
}

// podFile: Pod= is for pods that are made of files.
func podFile(q quadlet) *lint.Finding {
	pod, ok := q.has("Pod")
	if !ok || strings.HasSuffix(pod.text, ".pod") {
		return nil
	}
	return &lint.Finding{
		Place:   pod.at(),
		Message: fmt.Sprintf("Pod= is %q, which is not the name of a .pod file", pod.text),
		Help:    fmt.Sprintf("write Pod=%s.pod and the file, or PodmanArgs=--pod=%s for a pod that is there already", pod.text, pod.text),
	}
}

// reloadedTwice: there is one way to reload.
func reloadedTwice(q quadlet) *lint.Finding {
	command, hasCommand := q.has("ReloadCmd")
	signal, hasSignal := q.has("ReloadSignal")
	if !hasCommand || !hasSignal {
		return nil
	}
	return excluded(signal, command)
}

// mountSource: mounts of some types show something.
func mountSource(q quadlet) *lint.Finding {
	for _, mount := range q.all("Mount") {
		if kind, source, ok := mounted(mount.text); ok && source.Len() == 0 {
			return &lint.Finding{
				Place: mount.at(), Message: fmt.Sprintf("Mount= has no source for a mount of type %s", kind), Help: "write it like type=bind,source=/srv/data,destination=/data",
			}
		}
	}
	return nil
}

// kubeDirectory: the working directory is that of one of the files.
func kubeDirectory(q quadlet) *lint.Finding {
	directory, ok := q.has("SetWorkingDirectory")
	if !ok {
		return nil
	}
	switch strings.ToLower(directory.text) {
	case "unit":
	case "yaml":
		n := 0
		for _, yaml := range q.all("Yaml") {
			n += len(value.Fields(yaml.text))
		}
		if n > 1 {
			return &lint.Finding{
				Place: directory.at(), Message: fmt.Sprintf("SetWorkingDirectory=yaml is the directory of the file in Yaml=, and there are %d", n), Help: "write SetWorkingDirectory=unit",
			}
		}
	default:
		return &lint.Finding{
			Place: directory.at(), Message: fmt.Sprintf("SetWorkingDirectory= is %q, and a .kube file takes yaml and unit", directory.text),
			Help: "write WorkingDirectory= in [Service] for another directory",
		}
	}
	return nil
}

// buildContext: podman build needs a file or a directory.
func buildContext(q quadlet) *lint.Finding {
	directory, hasDirectory := q.has("SetWorkingDirectory")
	file, hasFile := q.has("File")
	working, hasWorking := q.in("Service", "WorkingDirectory")
	hasWorking = hasWorking && working.text != ""
	switch strings.ToLower(directory.text) {
	case "yaml":
		return &lint.Finding{Place: directory.at(), Message: "SetWorkingDirectory=yaml is for .kube files", Help: "write SetWorkingDirectory=unit"}
	case "file":
		if _, ok := q.in(q.Quadlet, "File"); !ok || !hasFile && !hasWorking {
			return &lint.Finding{Place: directory.at(), Message: "SetWorkingDirectory=file needs a File=", Help: "write File= as well, or SetWorkingDirectory=unit"}
		}
	}
	switch {
	case hasDirectory || hasWorking:
	case !hasFile:
		return &lint.Finding{
			Place: q.header(), Message: "[Build] has neither SetWorkingDirectory= nor File=",
			Help: "write SetWorkingDirectory=unit, if the Containerfile stands beside this file",
		}
	case !path.IsAbs(file.text) && !strings.HasPrefix(file.text, "%") && !strings.Contains(file.text, "://"):
		return &lint.Finding{
			Place: file.at(), Message: fmt.Sprintf("File= is %q, and without SetWorkingDirectory= a relative path leads nowhere", file.text),
			Help: "write SetWorkingDirectory=unit for a path from the directory of this file",
		}
	}
	return nil
}

// more: a network cannot have more of something than it has subnets.
func more(key string) check {
	return func(q quadlet) *lint.Finding {
		found, subnets := q.all(key), q.all("Subnet")
		switch {
		case len(found) > 0 && len(subnets) == 0:
			return &lint.Finding{Place: found[0].at(), Message: key + "= needs a Subnet=", Help: "write the Subnet= that it belongs to"}
		case len(found) > len(subnets):
			return &lint.Finding{
				Place: found[len(subnets)].at(), Message: fmt.Sprintf("there are %d %s= for %d Subnet=", len(found), key, len(subnets)), Help: "write one for each Subnet=, in the same order",
			}
		}
		return nil
	}
}

// imageOfDriver: a volume of the driver image is one.
func imageOfDriver(q quadlet) *lint.Finding {
	driver, ok := q.has("Driver")
	if _, hasImage := q.in(q.Quadlet, "Image"); !ok || driver.text != "image" || hasImage {
		return nil
	}
	return &lint.Finding{Place: driver.at(), Message: "Driver=image needs an Image=", Help: "write Image=registry.example.com/image:tag"}
}

// needsDevice: what is said of a file system is said of a device.
func needsDevice(key string) check {
	return func(q quadlet) *lint.Finding {
		found, ok := q.has(key)
		driver, _ := q.in(q.Quadlet, "Driver")
		if _, hasDevice := q.has("Device"); !ok || hasDevice || driver.text == "image" {
			return nil
		}
		return &lint.Finding{Place: found.at(), Message: key + "= needs a Device=", Help: "write Device= as well, such as Device=tmpfs for Type=tmpfs"}
	}
}
