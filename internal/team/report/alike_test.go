package report

import (
	"testing"

	"example.com/leakproof/internal/course/coursetest"
)

func TestTheSameFileOfTwoMembersIsNoticed(t *testing.T) {
	c := coursetest.Course(t)
	with := func(g Given, src string) Given {
		g.Katas = []Kata{{ID: kata, Solved: &Solution{Hash: hash(src), Files: map[string]string{"notes.go": src}}}}
		return g
	}
	ada, bo, cho := with(member("a", "Ada", 1), "ours"), with(member("b", "Bo", 2), "ours"), with(member("c", "Cho", 3), "mine")
	again := ada
	again.File = "again.json"
	without := with(member("d", "Dee", 4), "ours")
	without.Katas[0].Solved.Files = nil
	solution := string(c.Katas[0].Variant("solution").Files["notes.go"])
	unsolved := member("e", "Eve", 5)
	unsolved.Katas = []Kata{{ID: kata}}
	forged := with(member("f", "Fay", 6), "ours")
	forged.Katas[0].Solved.Hash = hash("another")
	for name, test := range map[string]struct {
		given []Given
		want  string
	}{
		"two":           {[]Given{ada, cho, bo}, "Kata 1, Open file: the same code to the byte in the reports of Ada (Ada.json), Bo (Bo.json); ask them who wrote it."},
		"without code":  {[]Given{without, bo}, "Kata 1, Open file: the same code to the byte in the reports of Dee (Dee.json), Bo (Bo.json); ask them who wrote it."},
		"a forged hash": {[]Given{bo, forged}, "Kata 1, Open file: the same code to the byte in the reports of Bo (Bo.json), Fay (Fay.json); ask them who wrote it."},
		"the course's":  {[]Given{with(ada, solution), with(bo, solution)}, "Kata 1, Open file: the same code to the byte in the reports of Ada (Ada.json), Bo (Bo.json); it is the course's own, \"solution\"."},
		"one member":    {[]Given{ada, again, cho, unsolved}, ""},
	} {
		got := ""
		for _, one := range FindAlike(c, test.given) {
			got += one.String()
		}
		if got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}
