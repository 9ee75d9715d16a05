package main

import (
	"fmt"
	"path"
	"strings"

	"github.com/spf13/pflag"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/host"
	"github.com/unitvet/unitvet/lint/source"
)

// hostFlags are the flags that say what is known of the host.
type hostFlags struct {
	maps, holes []string
	facts       string
}

func (f *hostFlags) register(flags *pflag.FlagSet) {
	flags.StringArrayVar(&f.maps, "map", nil, "take the directory of the host for one of this machine, `HOST=DIR`, such as /opt/app=. (repeatable; default: inferred)")
	flags.StringArrayVar(&f.holes, "hole", nil, "what is below `DIR` on the host is not in the mapped directory (repeatable)")
	flags.StringVar(&f.facts, "facts", "", "use what unitvet facts has written to `FILE`")
}

// apply puts what the flags say into the options.
func (f *hostFlags) apply(opts *lint.Options) error {
	if opts.Root != "" && len(f.maps)+len(f.holes) > 0 {
		return fmt.Errorf("--root has the whole host: leave out --map and --hole")
	}
	for _, m := range f.maps {
		prefix, dir, ok := strings.Cut(m, "=")
		if !ok || !strings.HasPrefix(prefix, "/") || path.Clean(prefix) == "/" || dir == "" {
			return fmt.Errorf("--map: %q is not HOST=DIR with an absolute path below / on the left", m)
		}
		opts.Map = append(opts.Map, host.Mapping{Prefix: path.Clean(prefix), Dir: dir})
	}
	for _, hole := range f.holes {
		if !strings.HasPrefix(hole, "/") {
			return fmt.Errorf("--hole: %q is not an absolute path", hole)
		}
		opts.Holes = append(opts.Holes, path.Clean(hole))
	}
	if f.facts == "" {
		return nil
	}
	text, err := source.ReadRegular(f.facts)
	if err != nil {
		return fmt.Errorf("--facts: %w", err)
	}
	if opts.Facts, err = host.ReadFacts(text, f.facts); err != nil {
		return fmt.Errorf("--facts: %s: %w", f.facts, err)
	}
	return nil
}
