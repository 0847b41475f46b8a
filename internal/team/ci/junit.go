package ci

import (
	"encoding/xml"
	"fmt"
	"strings"
	"time"

	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/grade"
)

// The elements of JUnit XML that GitHub's reporters, GitLab and Jenkins read. A
// case is known by its class name and name; the text of a failure is all that
// GitLab shows of it, its message what Jenkins shows first.
type (
	testsuites struct {
		XMLName xml.Name `xml:"testsuites"`
		Name    string   `xml:"name,attr"`
		counts
		Suites []testsuite `xml:"testsuite"`
	}
	testsuite struct {
		Name string `xml:"name,attr"`
		counts
		Properties []property `xml:"properties>property"`
		Cases      []testcase `xml:"testcase"`
	}
	counts struct {
		Tests    int    `xml:"tests,attr"`
		Failures int    `xml:"failures,attr"`
		Errors   int    `xml:"errors,attr"`
		Skipped  int    `xml:"skipped,attr"`
		Time     string `xml:"time,attr"` // seconds
	}
	property struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
	testcase struct {
		Class   string   `xml:"classname,attr"`
		Name    string   `xml:"name,attr"`
		File    string   `xml:"file,attr,omitempty"`
		Line    int      `xml:"line,attr,omitempty"`
		Time    string   `xml:"time,attr"`
		Failure *outcome `xml:"failure"`
		Error   *outcome `xml:"error"`
		Skipped *outcome `xml:"skipped"`
	}
	outcome struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr,omitempty"`
		Text    string `xml:",chardata"`
	}
)

// verdictCase is the name of the case for what belongs to no test: code that
// does not compile, a run that does not count, a machine that cannot run it.
const verdictCase = "verdict"

// JUnit is the verdicts as JUnit XML: a suite for each kata, a case for each of
// its tests. What is no test's fault has a case of its own, "verdict", which is
// an error where the kata could not be graded, and else a failure. Characters
// that XML forbids are replaced by U+FFFD.
func JUnit(all []Graded) ([]byte, error) {
	out := testsuites{Name: "leakproof"}
	total := time.Duration(0)
	for _, g := range all {
		s := g.suite()
		out.Tests += s.Tests
		out.Failures += s.Failures
		out.Errors += s.Errors
		out.Skipped += s.Skipped
		// Katas that are graded together all began at once.
		total = max(total, g.Verdict.Elapsed)
		out.Suites = append(out.Suites, s)
	}
	out.Time = seconds(total)
	body, err := xml.MarshalIndent(out, "", "  ")
	if err != nil {
		return nil, err
	}
	return append([]byte(xml.Header), append(body, '\n')...), nil
}

func (g Graded) suite() testsuite {
	v := g.Verdict
	s := testsuite{Name: g.Kata.ID, counts: counts{Time: seconds(v.Elapsed)}, Properties: properties(v)}
	for _, t := range v.Tests {
		c := testcase{Class: g.Kata.ID, Name: t.Name, File: t.File, Line: t.Line, Time: seconds(t.Elapsed)}
		switch {
		case v.Status == explain.Untrusted:
			c.Skipped = &outcome{Message: "the run does not count"}
		case t.Status == explain.Fail:
			c.Failure = said(v.Status, g.of(t))
		case t.Status == explain.NotRun:
			c.Skipped = &outcome{Message: "the test has no result"}
		}
		s.Cases = append(s.Cases, c)
	}
	if whole := g.whole(); whole != nil {
		c := testcase{Class: g.Kata.ID, Name: verdictCase, File: g.Kata.Path(), Time: seconds(0)}
		if v.Detail != "" {
			whole = append(whole, "", v.Detail)
		}
		if v.Status == explain.Unavailable {
			c.Error = said(v.Status, whole)
		} else {
			c.Failure = said(v.Status, whole)
		}
		s.Cases = append(s.Cases, c)
	}
	s.Tests = len(s.Cases)
	for _, c := range s.Cases {
		switch {
		case c.Failure != nil:
			s.Failures++
		case c.Error != nil:
			s.Errors++
		case c.Skipped != nil:
			s.Skipped++
		}
	}
	return s
}

// said is an outcome whose message is the first text, in one line.
func said(status explain.Status, texts []string) *outcome {
	return &outcome{Message: strings.Join(strings.Fields(texts[0]), " "), Type: string(status), Text: strings.Join(texts, "\n")}
}

// properties say what a verdict is worth: who ran which grader.
func properties(v grade.Verdict) []property {
	all := []property{
		{"status", string(v.Status)}, {"origin", v.Origin}, {"grader", v.Program.Version},
		{"revision", v.Program.Revision}, {"base", v.Program.Base}, {"suite", v.Program.Suite},
	}
	for _, note := range v.Notes {
		all = append(all, property{"note", note})
	}
	var known []property
	for _, p := range all {
		if p.Value != "" {
			known = append(known, p)
		}
	}
	return known
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }
