package course

import (
	"math"
	"path"
	"slices"
	"strings"
	"unicode/utf8"
)

// Kind says how a question is asked and answered.
type Kind string

// The kinds of questions.
const (
	Single Kind = "single" // one option is right
	Multi  Kind = "multi"  // one or more options are right
	Trace  Kind = "trace"  // what does this program print
	Spot   Kind = "spot"   // which line
	Order  Kind = "order"  // put the options in order
	Type   Kind = "type"   // type the answer; the options are what people answer
)

// Question is one question of the bank. What a learner answered is kept by id
// and revision, so a corrected typo loses nobody's history.
type Question struct {
	ID            string
	Revision      int
	Kind          Kind
	Lesson        string
	Teaches       []string
	Difficulty    int // 1 to 3
	Stem          string
	CodeFile      string // below the module root; "" where there is none
	Code          string
	Explanation   string
	Misconception string // Order: the one behind a wrong order
	Options       []Option
	Accept        []string // Type: other spellings of the right option
	Exact         bool     // Type: case and white space count
	Section       string   // the id of the section that says it; "" where none was named
	Lab           *Lab     // that it is a prediction of; nil for other questions

	file string
	line int
}

// Option is one possible answer; for Order, one item at its right place.
type Option struct {
	Text          string
	Line          int // Spot: the line of Code that it stands for, from 1
	Right         bool
	Why           string
	Misconception string
}

// Correct reports whether choice answers the question: the indexes of the
// chosen options, in any order but for Order, where it is the order itself.
func (q *Question) Correct(choice []int) bool {
	if q.Kind == Order {
		for i, c := range choice {
			if c != i {
				return false
			}
		}
		return len(choice) == len(q.Options)
	}
	chosen := make([]bool, len(q.Options))
	for _, c := range choice {
		if c < 0 || c >= len(chosen) {
			return false
		}
		chosen[c] = true
	}
	for i, o := range q.Options {
		if o.Right != chosen[i] {
			return false
		}
	}
	return true
}

// Answer is a choice that is correct.
func (q *Question) Answer() []int {
	var out []int
	for i, o := range q.Options {
		if o.Right || q.Kind == Order {
			out = append(out, i)
		}
	}
	return out
}

// Typed is the choice that a typed text makes: the option that says the same,
// or nothing where none does.
func (q *Question) Typed(text string) []int {
	for i, o := range q.Options {
		if q.same(text, o.Text) || o.Right && slices.ContainsFunc(q.Accept, func(a string) bool { return q.same(text, a) }) {
			return []int{i}
		}
	}
	return nil
}

// same compares what was typed with an answer.
func (q *Question) same(a, b string) bool {
	if q.Exact {
		return a == b
	}
	return strings.EqualFold(strings.Join(strings.Fields(a), " "), strings.Join(strings.Fields(b), " "))
}

// Program is the main.go whose output the question asks for, "" where it asks
// for something else.
func (q *Question) Program() string {
	if q.Kind == Trace || q.Kind == Type {
		return q.CodeFile
	}
	return ""
}

type quizFile struct {
	Question []struct {
		ID, Kind, Stem, Code, Explanation, Misconception, Section string
		Revision, Difficulty                                      int
		Teaches, Accept                                           []string
		Exact                                                     bool
		Option                                                    []struct {
			Text, Why, Misconception string
			Line                     int
			Right                    bool
		}
	}
}

func (l *loader) loadQuizzes() {
	lessons := l.course.Lessons
	quizzes := make([][]*Question, len(lessons))
	l.each(len(lessons), func(l *loader, i int) { quizzes[i] = l.loadQuiz(lessons[i]) })
	l.course.Questions = slices.Concat(quizzes...)
}

// loadQuiz reads the questions of one lesson.
func (l *loader) loadQuiz(lesson *Lesson) []*Question {
	name := lesson.ID + ".toml"
	file := path.Join("quiz", name)
	src, ok := l.read(l.src.Quiz, "quiz", name)
	if !ok {
		return nil
	}
	var doc quizFile
	if !l.decode(file, 1, src, &doc) {
		return nil
	}
	lines := headerLines(src)["[[question]]"]
	var questions []*Question
	for i, raw := range doc.Question {
		q := &Question{
			ID: raw.ID, Revision: raw.Revision, Kind: Kind(raw.Kind), Lesson: lesson.ID, Teaches: raw.Teaches,
			Difficulty: raw.Difficulty, Stem: raw.Stem, Explanation: raw.Explanation,
			Misconception: raw.Misconception, Accept: raw.Accept, Exact: raw.Exact, Section: raw.Section, file: file,
		}
		if i < len(lines) {
			q.line = lines[i]
		}
		if raw.Code != "" {
			q.CodeFile = path.Join("quiz", lesson.ID, raw.Code)
			if code, ok := l.read(l.src.Quiz, "quiz", path.Join(lesson.ID, raw.Code)); ok {
				q.Code = strings.TrimRight(string(code), "\n")
			}
		}
		for _, o := range raw.Option {
			option := Option{Text: strings.TrimRight(o.Text, "\n"), Line: o.Line, Right: o.Right, Why: o.Why, Misconception: o.Misconception}
			if q.Kind == Spot && option.Text == "" {
				option.Text = codeLine(q.Code, o.Line)
			}
			q.Options = append(q.Options, option)
		}
		l.checkQuestion(q)
		questions = append(questions, q)
	}
	return questions
}

// codeLine is the n-th line of code without its indentation, from 1.
func codeLine(code string, n int) string {
	lines := strings.Split(code, "\n")
	if n < 1 || n > len(lines) {
		return ""
	}
	return strings.TrimSpace(lines[n-1])
}

const (
	maxStemWords   = 60
	maxCodeLines   = 25
	minOptions     = 3
	maxOptions     = 6
	minPerLesson   = 6
	maxDifficulty  = 3
	minCheckpoints = 3
	minRight       = 2 // further right repairs of a kata
	minWrong       = 5 // near misses of a kata
	hintTiers      = 3
	shortOption    = 40 // characters: a number, a name, a few words
)

func (l *loader) checkQuestion(q *Question) {
	bad := func(format string, args ...any) {
		l.problem(q.file, q.line, "question %q: "+format, append([]any{q.ID}, args...)...)
	}
	if q.ID == "" || q.ID != slug(q.ID) {
		bad("the id must be lower-case words joined by dashes")
	}
	if q.Revision < 1 || q.Difficulty < 1 || q.Difficulty > maxDifficulty {
		bad("revision starts at 1 and difficulty is 1 to %d", maxDifficulty)
	}
	if q.Stem == "" || q.Explanation == "" || len(q.Teaches) == 0 {
		bad("it needs stem, explanation and teaches")
	}
	if n := len(strings.Fields(q.Stem)); n > maxStemWords {
		bad("the stem has %d words: shorten it to %d", n, maxStemWords)
	}
	if strings.Contains(strings.ToLower(q.Stem), "not true") {
		bad("a stem that asks what is not true: ask for what is")
	}
	fewest := minOptions
	if q.Kind == Type {
		fewest = 1
	} else if q.Accept != nil || q.Exact {
		bad("accept and exact belong to a question of kind type: remove them")
	}
	if n := len(q.Options); n < fewest || n > maxOptions {
		bad("it has %d options: give %d to %d", n, fewest, maxOptions)
	}
	if lines := strings.Split(q.Code, "\n"); len(lines) > maxCodeLines {
		bad("its code has %d lines: shorten it to %d", len(lines), maxCodeLines)
	} else {
		for i, line := range lines {
			if n := columns(line); n > maxColumns {
				bad("line %d of its code takes %d columns: break it at %d", i+1, n, maxColumns)
			}
		}
	}
	if (q.Kind == Trace || q.Kind == Spot) && q.CodeFile == "" {
		bad("a %s question needs code", q.Kind)
	}
	if !slices.Contains([]Kind{Single, Multi, Trace, Spot, Order, Type}, q.Kind) {
		bad("unknown kind %q: use single, multi, trace, spot, order or type", q.Kind)
		return // what holds for its options is unknown too
	}
	right := 0
	for _, o := range q.Options {
		if o.Right {
			right++
		}
	}
	one := q.Kind != Multi && q.Kind != Order
	for i, o := range q.Options {
		if one && right > 1 && o.Right {
			o.Misconception = "" // which of them is right is the question
		}
		l.checkOption(q, i, o, bad)
	}
	switch q.Kind {
	case Single, Trace, Spot, Type:
		if right != 1 {
			bad("%d options are right: exactly one must be", right)
		} else if q.Kind == Single {
			checkLengths(q, bad)
		}
	case Multi:
		if right == 0 {
			bad("no option is right: at least one must be")
		}
	case Order:
		if right != 0 {
			bad("an order question lists its options in the right order: remove right")
		}
		if l.course.Misconceptions[q.Misconception] == nil {
			bad("misconception %q is not in quiz/misconceptions: define it or correct the id", q.Misconception)
		}
	}
}

// checkLengths holds that the right option of a single question is about as long
// as the wrong ones, unless all are short.
func checkLengths(q *Question, bad func(string, ...any)) {
	right, shortest, longest := 0, math.MaxInt, 0
	for _, o := range q.Options {
		n := utf8.RuneCountInString(o.Text)
		if o.Right {
			right = n
			continue
		}
		shortest, longest = min(shortest, n), max(longest, n)
	}
	if max(right, longest) <= shortOption {
		return
	}
	if 10*right > 16*longest || 10*right < 6*shortest {
		bad("the right option stands out: it has %d characters, the wrong ones have %d to %d: make them alike", right, shortest, longest)
	}
}

func (l *loader) checkOption(q *Question, i int, o Option, bad func(string, ...any)) {
	if o.Text == "" {
		bad("option %d has no text (for spot: line must name a line of the code that is not blank)", i+1)
	}
	if q.Kind == Type && strings.Contains(o.Text, "\n") {
		bad("option %d has several lines: nobody types them, ask with kind trace", i+1)
	}
	if o.Why == "" {
		bad("option %d has no why: say why it is right or wrong", i+1)
	}
	if t := strings.ToLower(o.Text); strings.Contains(t, "all of the above") || strings.Contains(t, "none of the above") {
		bad("option %d refers to the other options, which are shuffled: say what it means", i+1)
	}
	if (o.Line != 0) != (q.Kind == Spot) {
		bad("option %d: line belongs to every option of a spot question and to no other", i+1)
	}
	if q.Kind == Order || o.Right {
		if o.Misconception != "" {
			bad("option %d is not wrong, so no misconception is behind it: remove it", i+1)
		}
		return
	}
	if l.course.Misconceptions[o.Misconception] == nil {
		bad("option %d: misconception %q is not in quiz/misconceptions: define it or correct the id", i+1, o.Misconception)
	}
}
