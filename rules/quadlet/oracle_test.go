package quadlet_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/rules/quadlet"
	"github.com/unitvet/unitvet/rules/syntax"
)

// pieces are settings that files of a type are made of at random, of podman's section
// and of [Service].
var pieces = map[string][]string{
	"container": {
		"Image=x", "Image=x", "Image=", "Image=t.build", "Image=none.image", "Rootfs=/srv/r", "User=1", "Group=1", "Group=", "UserNS=keep-id", "UIDMap=0:1:2",
		"RemapUsers=auto", "RemapUsers=manual", "RemapUsers=keep-id", "RemapUsers=odd", "RemapUsers=", "RemapUid=1", "RemapUid=2", "RemapGid=1 2", "RemapGid=",
		"ExposeHostPort=80", "ExposeHostPort=http", "ExposeHostPort=80-90/udp", "ExposeHostPort=x80 ", "Pod=p.pod", "Pod=p", "Pod=none.pod", "Pod=",
		"ReloadCmd=a", "ReloadCmd=", "ReloadSignal=HUP", "Mount=type=bind,source=/a,destination=/b", "Mount=type=bind,destination=/b", "Mount=type=tmpfs,destination=/t",
		"Mount=type=volume,source=none.volume,destination=/b", "Mount=type=volume,src=v.volume,destination=/b", "Volume=v.volume:/v", "Volume=none.volume:/v",
		"Volume=none.volume", "Volume=", "Network=n.network", "Network=none.network:ip=1", "Network=host", "Notify=odd", "Nothing=1", "X-Nothing=1",
	},
	"kube": {
		"Yaml=a.yaml", "Yaml=a.yaml b.yaml", "Yaml=", "Yaml=a.yaml", "SetWorkingDirectory=yaml", "SetWorkingDirectory=Unit", "SetWorkingDirectory=/a", "RemapUsers=manual",
		"RemapUsers=auto", "UserNS=auto", "RemapUid=1", "Network=none.network", "Network=n.network",
	},
	"build": {
		"ImageTag=a", "ImageTag=a", "ImageTag=", "File=a", "File=/a", "File=https://a/b", "File=%h/a", "File=", "SetWorkingDirectory=file", "SetWorkingDirectory=unit",
		"SetWorkingDirectory=yaml", "SetWorkingDirectory=/a", "SetWorkingDirectory=", "Volume=none.volume:/a", "Network=none.network",
	},
	"image":  {"Image=x", "Image=", "Image=t.build", "Arch=arm64", "Nothing=1"},
	"volume": {"Driver=image", "Driver=local", "Driver=", "Image=x", "Image=none.image", "Image=t.build", "Image=", "Device=tmpfs", "Device=", "Type=tmpfs", "Type=", "Options=a", "Copy=odd"},
	"network": {
		"Internal=yes", "Subnet=10.0.0.0/24", "Subnet=10.0.1.0/24", "Subnet=", "Gateway=10.0.0.1", "Gateway=10.0.1.1", "Gateway=", "IPRange=10.0.0.0/25", "IPRange=10.0.1.0/25",
	},
	"pod": {"PodName=a", "UserNS=auto", "RemapUsers=auto", "RemapUsers=odd", "RemapGid=1", "Volume=none.volume:/a", "Network=n.network", "Network=none.container"},
}

// services are settings for [Service] and [Unit].
var services = []string{
	"[Service]\nType=oneshot", "[Service]\nType=simple", "[Service]\nType=", "[Service]\nKillMode=process", "[Service]\nKillMode=mixed", "[Service]\nWorkingDirectory=/a",
	"[Unit]\nAfter=v.volume", "[Unit]\nAfter=none.container", "[Unit]\nWants=a.service", "[Unit]\nOnFailure=none.kube a.service",
}

// others are the files that the ones at random refer to.
var others = map[string]string{
	"t.build":   "[Build]\nImageTag=a\nSetWorkingDirectory=unit\n",
	"v.volume":  "[Volume]\nCopy=yes\n",
	"n.network": "[Network]\nInternal=yes\n",
	"p.pod":     "[Pod]\nPodName=p\n",
}

// TestOracle holds what is found against podman's generator, whose path
// UNITVET_QUADLET says.
func TestOracle(t *testing.T) {
	generator := os.Getenv("UNITVET_QUADLET")
	if generator == "" {
		t.Skip("UNITVET_QUADLET does not say where podman's generator is")
	}
	dir := filepath.Join(t.TempDir(), "containers", "systemd")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	texts := maps.Clone(others)
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same files each time
	for kind, list := range pieces {
		for i := range 300 {
			text := "[" + strings.ToUpper(kind[:1]) + kind[1:] + "]\n"
			for range random.IntN(6) {
				text += list[random.IntN(len(list))] + "\n"
			}
			if random.IntN(3) == 0 {
				text += services[random.IntN(len(services))] + "\n"
			}
			texts[fmt.Sprintf("r%d.%s", i, kind)] = text
		}
	}
	for name, text := range texts {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), generator, "-dryrun") //nolint:gosec // the one that was asked for
	cmd.Env = []string{"QUADLET_UNIT_DIRS=" + dir}
	out, _ := cmd.CombinedOutput() // it fails if it refuses a file
	refused := map[string]string{}
	for _, match := range regexp.MustCompile(`converting "([^"]+)": (.*)`).FindAllStringSubmatch(string(out), -1) {
		refused[match[1]] = match[2]
	}
	result, err := lint.Run(t.Context(), lint.Options{
		Rules: append(quadlet.Rules(), syntax.UnknownQuadletKey), Input: lint.Input{Paths: []string{dir}},
	})
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, f := range result.Findings {
		if f.Rule != quadlet.InvalidQuadletValue {
			found[filepath.Base(f.ReportPath())] += f.Message + "\n"
		}
	}
	t.Logf("%d of %d files are refused", len(refused), len(texts))
	if len(refused) == 0 {
		t.Errorf("the generator refuses nothing:\n%s", out)
	}
	for name, text := range texts {
		if (refused[name] == "") != (found[name] == "") {
			t.Errorf("%s: the generator says %q, found %q\n%s", name, refused[name], found[name], text)
		}
	}
}
