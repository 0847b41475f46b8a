package explain

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// message is one failure that a test reported.
type message struct {
	text, file string
	line       int
}

var logLine = regexp.MustCompile(`    ([\w.-]+\.go):(\d+): (.*)$`)

// firstMessage finds the first failure that the suite reported.
func (s *Subject) firstMessage(output string) message {
	if all := s.messages(output); len(all) > 0 {
		return all[0]
	}
	return message{}
}

// messages finds the failures that the suite reported. What it only logs is
// passed over; so is what the testing package adds itself.
func (s *Subject) messages(output string) []message {
	var all []message
	open := false // the last message may go on
	for line := range strings.Lines(output) {
		line = strings.TrimRight(line, "\r\n")
		if more, ok := strings.CutPrefix(line, "        "); ok && open {
			if last := &all[len(all)-1]; len(last.text) < readLimit {
				last.text += "\n" + more
			}
			continue
		}
		open = false
		match := logLine.FindStringSubmatch(line)
		if match == nil {
			continue
		}
		file := s.suiteFile(match[1])
		number, err := strconv.Atoi(match[2])
		if file == "" || err != nil || s.logs(file, number) {
			continue
		}
		all = append(all, message{text: match[3], file: file, line: number})
		open = true
	}
	return all
}

// logs tells whether a line of the suite calls t.Log or t.Logf.
func (s *Subject) logs(file string, line int) bool {
	lines := strings.Split(string(s.Suite[file]), "\n")
	return line > 0 && line <= len(lines) && strings.Contains(lines[line-1], ".Log")
}

var raceAccess = regexp.MustCompile(`(?m)^(Previous )?(?i:(atomic )?(read|write)) at `)

// raceLines tells where the two accesses of a race report are.
func (s *Subject) raceLines(output string) string {
	report := lineFrom(output, raceHeading)
	if report == "" {
		return ""
	}
	if i := strings.Index(report, "\n=========="); i >= 0 {
		report = report[:i]
	}
	var accesses []string
	starts := raceAccess.FindAllStringIndex(report, -1)
	for _, at := range starts {
		stack, _, _ := strings.Cut(report[at[0]:], "\n\n")
		line := s.learnerLine(stack)
		if line == "" {
			continue
		}
		kind := "read"
		if strings.Contains(strings.ToLower(report[at[0]:at[1]]), "write") {
			kind = "write"
		}
		accesses = append(accesses, fmt.Sprintf("a %s at %s", kind, line))
	}
	return strings.Join(accesses, " and ")
}
