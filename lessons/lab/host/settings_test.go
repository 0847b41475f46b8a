package host

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestARateIsThatOfTheLastSecond(t *testing.T) {
	defer func() {
		delete(declared.numbers, "made")
		delete(declared.numbers, "made_rate")
	}()
	synctest.Test(t, func(t *testing.T) {
		made := Count("made")
		Rate("made_rate", made)
		var got []float64
		for second := range 4 {
			for range slots {
				if second == 1 || second == 2 {
					made.Add(5)
				}
				got = append(got, declared.read()["made_rate"])
				time.Sleep(interval)
			}
		}
		want := []float64{0, 0, 0, 0, 5, 10, 15, 20, 20, 20, 20, 20, 15, 10, 5, 0}
		for i := range want {
			if got[i] != want[i] {
				t.Fatalf("it was %v, want %v", got, want)
			}
		}
	})
}

// Who waits for a change hears of a switch that the service itself turns off.
func TestASwitchThatIsOverIsAChange(t *testing.T) {
	changed := Changed()
	once.Off()
	defer declared.turnedOff()
	select {
	case <-changed:
	default:
		t.Error("nobody is told")
	}
}

func TestAFirstBurstIsNoHighRate(t *testing.T) {
	defer func() {
		delete(declared.numbers, "burst")
		delete(declared.numbers, "burst_rate")
	}()
	synctest.Test(t, func(t *testing.T) {
		burst := Count("burst")
		Rate("burst_rate", burst)
		declared.read()
		burst.Add(10)
		time.Sleep(interval)
		if got := declared.read()["burst_rate"]; got != 10 {
			t.Errorf("ten in the first quarter of a second are %v a second, want 10", got)
		}
	})
}
