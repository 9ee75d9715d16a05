// Command unitvet reads systemd unit files and says what will go wrong before
// systemctl daemon-reload does.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/unitvet/unitvet/lint/report"
)

// Exit codes, the same for every format.
const (
	exitClean    = 0 // nothing at or above --fail-on
	exitFindings = 1
	exitFailure  = 2 // usage, unreadable input, internal error
)

func main() {
	tuneMemory()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := run(ctx, os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr})
	stop()
	os.Exit(code)
}

// tuneMemory trades memory for time: a run is short, and next to everything it
// reads stays in use to its end. The limit makes the collector work harder before
// a hundred thousand units fill a small machine.
func tuneMemory() {
	if os.Getenv("GOGC") == "" && os.Getenv("GOMEMLIMIT") == "" {
		debug.SetGCPercent(150)
		debug.SetMemoryLimit(850 << 20)
	}
}

// streams are where a command reads and writes.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// findingsError says that a command found what --fail-on asks for.
type findingsError struct{}

func (findingsError) Error() string { return "findings" }

// failedError says that a command failed and has said why.
type failedError struct{}

func (failedError) Error() string { return "failed" }

// run runs the command line and returns the exit code.
func run(ctx context.Context, args []string, std streams) int {
	cmd := rootCommand(std)
	cmd.SetArgs(args)
	cmd.SetIn(std.in)
	cmd.SetOut(std.out)
	cmd.SetErr(std.err)
	err := cmd.ExecuteContext(ctx)
	switch {
	case err == nil:
		return exitClean
	case errors.As(err, &findingsError{}):
		return exitFindings
	case !errors.As(err, &failedError{}):
		_, _ = fmt.Fprintf(std.err, "unitvet: %s\n", report.EscapeLines(err.Error()))
	}
	return exitFailure
}

func rootCommand(std streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "unitvet",
		Short: "Find what takes systemd services down, before daemon-reload does",
		Long: `unitvet reads systemd unit files and says what will go wrong before
systemctl daemon-reload does: units that do not exist, paths that the sandbox
hides or makes read-only, lines that systemd reads otherwise than they look.

It needs no systemd, no root and no running manager.`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(
		checkCommand(std),
		auditCommand(std),
		factsCommand(std),
		ignoreCommand(std),
		baselineCommand(std),
		configCommand(std),
		catCommand(std),
		orderCommand(std),
		calendarCommand(std),
		directiveCommand(std),
		enableCommand(std),
		graphCommand(std),
		securityCommand(std),
		rulesCommand(std),
		explainCommand(std),
		versionCommand(std),
	)
	cmd.AddCommand(packagingCommands()...)
	return cmd
}
