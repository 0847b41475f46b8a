package theme

import (
	"charm.land/glamour/v2/ansi"
	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/styles"
)

// ItemMark stands invisibly before each item of a list that glamour draws. It
// indents all lines of an item alike: whoever finds the mark can put the bullet
// to the left of them.
const ItemMark = "\u2063"

// ListIndent is how far the lines of a list are indented.
const ListIndent = 3

// Markdown is how glamour draws prose and program text in this theme. There
// are no margins in it: pages set those for everything they show.
func (t Theme) Markdown() ansi.StyleConfig {
	p := palettes[t.Name]
	block := func(s ansi.StylePrimitive) ansi.StyleBlock { return ansi.StyleBlock{StylePrimitive: s} }
	heading := block(ansi.StylePrimitive{Color: set(p.heading), Bold: yes, BlockSuffix: "\n"})
	code := ansi.StylePrimitive{Color: set(p.code)}
	if !t.Colored() {
		code = ansi.StylePrimitive{Prefix: "`", Suffix: "`"}
	}
	style := ansi.StyleConfig{
		Heading: heading,
		BlockQuote: ansi.StyleBlock{
			Indent: new(uint(1)), IndentToken: new("│ "),
		},
		List: ansi.StyleList{
			StyleBlock: ansi.StyleBlock{Indent: new(uint(ListIndent))}, LevelIndent: ListIndent,
		},
		Item:           ansi.StylePrimitive{BlockPrefix: ItemMark + " • "},
		Enumeration:    ansi.StylePrimitive{BlockPrefix: ItemMark + ". "},
		Task:           ansi.StyleTask{Ticked: "[x] ", Unticked: "[ ] "},
		Emph:           ansi.StylePrimitive{Italic: yes},
		Strong:         ansi.StylePrimitive{Bold: yes},
		Strikethrough:  ansi.StylePrimitive{CrossedOut: yes},
		HorizontalRule: ansi.StylePrimitive{Color: set(p.dim), Format: "\n────────\n"},
		Link:           ansi.StylePrimitive{Color: set(p.accent), Underline: yes},
		LinkText:       ansi.StylePrimitive{Underline: yes},
		Code:           block(code),
		CodeBlock:      ansi.StyleCodeBlock{StyleBlock: ansi.StyleBlock{Margin: new(uint(2))}},
	}
	if t.Colored() {
		style.CodeBlock.Theme = codeStyle(t.Name)
	}
	return style
}

var yes = new(true)

// set is a colour as glamour wants it; nil where the theme has none.
func set(hex string) *string {
	if hex == "" {
		return nil
	}
	return &hex
}

// codeStyle names the highlighter's style that goes with a palette.
func codeStyle(name string) string { return "leakproof-" + name }

// glamour keeps the first colours that it is given for program text; a style
// that is registered by name can differ between dark and light.
func init() {
	for name, p := range palettes {
		styles.Register(chroma.MustNewStyle(codeStyle(name), chroma.StyleEntries{
			chroma.Comment:         p.dim,
			chroma.Keyword:         p.keyword,
			chroma.KeywordConstant: p.number,
			chroma.KeywordType:     p.keyword,
			chroma.LiteralString:   p.str,
			chroma.LiteralNumber:   p.number,
		}))
	}
}
