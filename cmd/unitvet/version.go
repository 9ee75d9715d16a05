package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"github.com/unitvet/unitvet/lint/directive"
)

// release is set when a release is built (-ldflags "-X main.release=1.2.3").
var release = ""

// version returns the release, or that of the module, or a development version.
func version() string {
	if release != "" {
		return release
	}
	info, ok := debug.ReadBuildInfo()
	if ok && strings.HasPrefix(info.Main.Version, "v") {
		return strings.TrimPrefix(info.Main.Version, "v")
	}
	return "0.0.0-dev"
}

func versionCommand(std streams) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version, and the newest systemd release that unitvet knows",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintf(std.out, "unitvet %s (%s, %s/%s), knows systemd up to %d\n",
				version(), runtime.Version(), runtime.GOOS, runtime.GOARCH, directive.Latest)
			return err
		},
	}
}
