package explain

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAlike(t *testing.T) {
	failed := func(name, message string) Test { return Test{Name: name, Status: Fail, Message: message} }
	all := []Test{
		failed("TestA", "shard 3 was still asked after 2s"),
		{Name: "TestOk", Status: Pass},
		failed("TestB", "the order was 1, 2"),
		failed("TestC", "shard 12 was still asked after 10s"),
		failed("TestD", ""),
		failed("TestE", ""),
		failed("TestF", "something of its own"),
		failed("TestG", "in TestG/slow nothing came"),
		failed("TestH", "in TestH/fast nothing came"),
		failed("TestI", "calls race, as TestD says"),
		failed("TestJ", "it said \"no\"\nand 2 \\\"notes\\\""),
		failed("TestK", "it said \"yes\", I \"think\"\nso"),
		failed("TestL", "it said \"a\\\"b\"\nand 3 \\\"notes\\\""),
		failed("TestM", "two calls were made;\na call is made once (Keep 4): \"a\""),
		failed("TestN", "the call was repeated;\na call is made once (Keep 4): \"b\""),
		failed("TestO", "two calls were made;\na call is made at once (Keep 5)"),
		failed("TestR", "Close waits;\nnobody is left who could wake it (Restore 2)"),
		failed("TestS", "Put waits;\nnobody is left who could wake it (Keep 4)"),
		failed("TestP", "the first got 2;\nwant 3 (Keep 6)"),
		failed("TestQ", "the second got none;\nwant 5 (Keep 6)"),
	}
	findings := []Finding{
		{Kind: KindLeak, Test: "TestB", Also: []string{"TestF"}},
		{Kind: KindRace, Test: "TestC"},
	}
	var got [][]string
	for _, group := range Alike(all, findings) {
		var names []string
		for _, t := range group {
			names = append(names, t.Name)
		}
		got = append(got, names)
	}
	want := [][]string{{"TestA", "TestC"}, {"TestB", "TestF"}, {"TestD", "TestI"}, {"TestE"}, {"TestG", "TestH"}, {"TestJ", "TestL"}, {"TestK"}, {"TestM", "TestN"}, {"TestO"}, {"TestR", "TestS"}, {"TestP"}, {"TestQ"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("groups (-want +got)\n%s", diff)
	}
	follow := map[string]string{"TestC": "TestA", "TestF": "TestB", "TestI": "TestD", "TestH": "TestG", "TestL": "TestJ", "TestN": "TestM", "TestS": "TestR"}
	if diff := cmp.Diff(follow, Followers(all, findings)); diff != "" {
		t.Errorf("followers (-want +got)\n%s", diff)
	}
}
