package main

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/value"
	"github.com/unitvet/unitvet/rules"
)

func rulesCommand(std streams) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "rules",
		Short: "List the rules",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			switch format {
			case "text":
				return rulesText(std.out, rules.All())
			case "json":
				return rulesJSON(std.out, rules.All())
			}
			return fmt.Errorf("--format: %q is neither text nor json", format)
		},
	}
	cmd.Flags().StringVarP(&format, "format", "f", "text", "`FORMAT` of the list: text or json")
	completeWords(cmd, "format", []string{"text", "json"})
	return cmd
}

func rulesText(w io.Writer, all []*lint.Rule) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "RULE\tCATEGORY\tSEVERITY\tTIER\tFINDS")
	for _, rule := range all {
		_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", rule.ID, rule.Category, rule.Severity, rule.Tier, rule.Summary)
	}
	return table.Flush()
}

func rulesJSON(w io.Writer, all []*lint.Rule) error {
	type row struct {
		ID       string        `json:"id"`
		Category string        `json:"category"`
		Severity lint.Severity `json:"severity"`
		Tier     string        `json:"tier"`
		Since    string        `json:"since"`
		Summary  string        `json:"summary"`
	}
	rows := make([]row, 0, len(all))
	for _, rule := range all {
		rows = append(rows, row{rule.ID, rule.Category, rule.Severity, rule.Tier.String(), rule.Since, rule.Summary})
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(rows)
}

func explainCommand(std streams) *cobra.Command {
	return &cobra.Command{
		Use:   "explain RULE",
		Short: "Print the page of a rule: what it finds, why, and what to write instead",
		Args:  cobra.ExactArgs(1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return ruleCompletions(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			for _, rule := range rules.All() {
				if rule.ID == args[0] {
					_, err := io.WriteString(std.out, rule.Page)
					return err
				}
			}
			return fmt.Errorf("unknown rule %q%s; unitvet rules lists them", args[0], similarRule(args[0]))
		},
	}
}

// similarRule returns a hint for a mistyped rule.
func similarRule(id string) string {
	var ids []string
	for _, rule := range rules.All() {
		ids = append(ids, rule.ID)
	}
	if near, ok := value.Closest(id, ids); ok {
		return fmt.Sprintf(", did you mean %q", near)
	}
	return ""
}

// ruleCompletions returns the rules' IDs with their summaries for the shell.
func ruleCompletions() []string {
	var words []string
	for _, rule := range rules.All() {
		words = append(words, rule.ID+"\t"+rule.Summary)
	}
	return words
}

func completeRules(cmd *cobra.Command, flag string) {
	completeWords(cmd, flag, ruleCompletions())
}

// completeWords offers fixed words for a flag in the shell.
func completeWords(cmd *cobra.Command, flag string, words []string) {
	// The only error is a flag that does not exist or has completions already.
	_ = cmd.RegisterFlagCompletionFunc(flag, func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return words, cobra.ShellCompDirectiveNoFileComp
	})
}
