package directive

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

// QuadletType is a type of file from which podman's generator makes a service
// (podman-systemd.unit(5)). Beside the section of its own the file has those of a
// service.
type QuadletType struct {
	// Extension is the suffix of the file with its dot, Section its own section.
	Extension, Section string
	// Service is what stands for the suffix in the name of the service.
	Service string
	// Since is the first release of podman that reads such files.
	Since string
}

// QuadletCommon is the section that files of all types may have for the generator.
const QuadletCommon = "Quadlet"

// Quadlets are the types of files that podman's generator reads.
var Quadlets = []QuadletType{
	{".container", "Container", ".service", "4.4.0"},
	{".kube", "Kube", ".service", "4.4.0"},
	{".network", "Network", "-network.service", "4.4.0"},
	{".volume", "Volume", "-volume.service", "4.4.0"},
	{".image", "Image", "-image.service", "4.8.0"},
	{".pod", "Pod", "-pod.service", "5.0.0"},
	{".build", "Build", "-build.service", "5.2.0"},
	{".artifact", "Artifact", "-artifact.service", "5.7.0"},
}

// QuadletOf returns the type of files with a suffix.
func QuadletOf(extension string) (QuadletType, bool) {
	i := slices.IndexFunc(Quadlets, func(t QuadletType) bool { return t.Extension == extension })
	if i < 0 {
		return QuadletType{}, false
	}
	return Quadlets[i], true
}

//go:embed data/quadlet.tsv
var quadletTable string

// quadletKeys are the keys of the sections that podman's generator reads, sorted, each
// with the first release of podman that has it and the kind of its value.
var quadletKeys = sync.OnceValue(func() map[string][][3]string {
	keys := map[string][][3]string{}
	for line := range strings.Lines(quadletTable) {
		if cells := strings.Split(strings.TrimSpace(line), "\t"); len(cells) == 4 && cells[0] != "section" {
			keys[cells[0]] = append(keys[cells[0]], [3]string{cells[1], cells[2], cells[3]})
		}
	}
	return keys
})

// QuadletKeys returns the keys of a section that podman's generator reads, sorted; none
// for other sections.
func QuadletKeys(section string) []string {
	list := quadletKeys()[section]
	keys := make([]string, len(list))
	for i, key := range list {
		keys[i] = key[0]
	}
	return keys
}

// QuadletKey returns the first release of podman that has a key of a section.
func QuadletKey(section, key string) (since string, ok bool) {
	for _, known := range quadletKeys()[section] {
		if known[0] == key {
			return known[1], true
		}
	}
	return "", false
}

// QuadletKind returns the kind of the values of a key: "boolean", "boolean or healthy",
// "number", "ports" or "text"; "" if there is no such key.
func QuadletKind(section, key string) string {
	for _, known := range quadletKeys()[section] {
		if known[0] == key {
			return known[2]
		}
	}
	return ""
}
