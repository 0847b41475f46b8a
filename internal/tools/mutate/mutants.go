package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
)

// A mutant is a source with one change.
type mutant struct {
	file   string // of the reference
	name   string // in which function what was changed, such as `Save: delete cancel()`
	source []byte
}

// mutants are all changes of a source: each statement deleted, each operator
// and each condition turned round, each number and each channel's size changed.
// Many of them do not compile.
func mutants(source []byte) ([]mutant, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "notes.go", source, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	m := &mutator{source: source, offset: func(p token.Pos) int { return fset.Position(p).Offset }, seen: map[string]int{}}
	for _, decl := range file.Decls {
		fn, ok := decl.(*ast.FuncDecl)
		if !ok || fn.Body == nil {
			continue
		}
		m.function = fn.Name.Name
		ast.Inspect(fn.Body, func(n ast.Node) bool {
			m.visit(n)
			return true
		})
	}
	return m.found, nil
}

// mutator collects the mutants of one source.
type mutator struct {
	source   []byte
	offset   func(token.Pos) int
	function string
	seen     map[string]int
	found    []mutant
}

// turned is what each operator becomes.
var turned = map[token.Token]string{
	token.EQL: "!=", token.NEQ: "==",
	token.LSS: "<=", token.LEQ: "<", token.GTR: ">=", token.GEQ: ">",
	token.LAND: "||", token.LOR: "&&",
	token.ADD: "-", token.SUB: "+", token.MUL: "/", token.QUO: "*",
}

func (m *mutator) visit(n ast.Node) {
	switch n := n.(type) {
	case *ast.BlockStmt:
		m.deleteEach(n.List)
	case *ast.CaseClause:
		m.deleteEach(n.Body)
	case *ast.CommClause:
		m.deleteEach(n.Body)
	case *ast.BinaryExpr:
		if to, ok := turned[n.Op]; ok {
			m.replace(n.OpPos, n.OpPos+token.Pos(len(n.Op.String())), to, "%s becomes %s in %s", n.Op, to, m.line(n.OpPos))
		}
	case *ast.IfStmt:
		if _, compares := n.Cond.(*ast.BinaryExpr); !compares { // which has an operator
			cond := m.text(n.Cond.Pos(), n.Cond.End())
			m.replace(n.Cond.Pos(), n.Cond.End(), "!("+cond+")", "if %s becomes if not", cond)
		}
	case *ast.BasicLit:
		if v, err := strconv.Atoi(n.Value); err == nil && n.Kind == token.INT {
			m.replace(n.Pos(), n.End(), strconv.Itoa(v+1), "%s becomes %d in %s", n.Value, v+1, m.line(n.Pos()))
		}
	case *ast.Ident:
		if to, ok := map[string]string{"true": "false", "false": "true"}[n.Name]; ok {
			m.replace(n.Pos(), n.End(), to, "%s becomes %s in %s", n.Name, to, m.line(n.Pos()))
		}
	case *ast.CallExpr:
		m.resize(n)
	}
}

func (m *mutator) deleteEach(list []ast.Stmt) {
	for _, s := range list {
		m.replace(s.Pos(), s.End(), "", "delete %s", m.text(s.Pos(), s.End()))
	}
}

// resize gives a channel another size.
func (m *mutator) resize(call *ast.CallExpr) {
	if fn, ok := call.Fun.(*ast.Ident); !ok || fn.Name != "make" || len(call.Args) == 0 {
		return
	}
	if _, ok := call.Args[0].(*ast.ChanType); !ok {
		return
	}
	what := m.text(call.Pos(), call.End())
	if len(call.Args) == 1 {
		m.replace(call.Rparen, call.Rparen, ", 1", "%s gets room for one", what)
		return
	}
	m.replace(call.Args[0].End(), call.Rparen, "", "%s loses its room", what)
	size := call.Args[1]
	m.replace(size.End(), size.End(), "+1", "%s gets room for one more", what)
	m.replace(size.End(), size.End(), "-1", "%s gets room for one less", what)
}

func (m *mutator) text(from, to token.Pos) string {
	return string(m.source[m.offset(from):m.offset(to)])
}

// line is the line of a place.
func (m *mutator) line(at token.Pos) string {
	start := bytes.LastIndexByte(m.source[:m.offset(at)], '\n') + 1
	line, _, _ := bytes.Cut(m.source[start:], []byte("\n"))
	return string(line)
}

// replace adds the mutant with other text at a place. Equal changes in one
// function are told apart by a number.
func (m *mutator) replace(from, to token.Pos, with, format string, args ...any) {
	name := m.function + ": " + strings.Join(strings.Fields(fmt.Sprintf(format, args...)), " ")
	if len(name) > maxName {
		name = name[:maxName] + "..."
	}
	if m.seen[name]++; m.seen[name] > 1 {
		name = fmt.Sprintf("%s (%d)", name, m.seen[name])
	}
	start, end := m.offset(from), m.offset(to)
	source := append([]byte(nil), m.source[:start]...)
	source = append(append(source, with...), m.source[end:]...)
	m.found = append(m.found, mutant{name: name, source: source})
}

// maxName bounds a name, in bytes: a whole loop may be deleted.
const maxName = 100
