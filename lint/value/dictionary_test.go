package value

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// randomWords makes words of few letters, so that many are near each other.
func randomWords(random *rand.Rand, n int) []string {
	words := make([]string, n)
	for i := range words {
		word := make([]byte, random.IntN(12))
		for j := range word {
			word[j] = "aabcB-_01"[random.IntN(9)]
		}
		words[i] = string(word)
	}
	return words
}

func TestDictionaryAgreesWithClosest(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	found, near := 0, 0
	for range 300 {
		words := randomWords(random, random.IntN(60))
		dictionary := NewDictionary(words)
		for _, word := range randomWords(random, 30) {
			want, wantOK := Closest(word, words)
			if got, ok := dictionary.Closest(word); got != want || ok != wantOK {
				t.Fatalf("%q among %q: got %q, %t; want %q, %t", word, words, got, ok, want, wantOK)
			}
			if wantOK {
				found++
			}
			wantNear := slices.DeleteFunc(slices.Clone(words), func(w string) bool { return !OneEdit(word, w) })
			gotNear := dictionary.OneEdit(word)
			slices.Sort(wantNear)
			slices.Sort(gotNear)
			if !slices.Equal(gotNear, wantNear) {
				t.Fatalf("%q among %q: got %q, want %q", word, words, gotNear, wantNear)
			}
			near += len(wantNear)
		}
	}
	if found < 1000 || near < 1000 {
		t.Errorf("%d found, %d near: the words are too far apart", found, near)
	}
}

func TestDictionaryLeavesLongWordsAlone(t *testing.T) {
	long := string(make([]byte, MaxNameLength+1))
	dictionary := NewDictionary([]string{long, "word"})
	for _, word := range []string{long, long[1:], long + long} {
		if near, ok := dictionary.Closest(word); ok {
			t.Errorf("%d bytes: near a word of %d", len(word), len(near))
		}
	}
}

func BenchmarkDictionary(b *testing.B) {
	words := make([]string, 100_000)
	for i := range words {
		words[i] = "-" + string([]byte{'0' + byte(i/10000%10), '0' + byte(i/1000%10), '0' + byte(i/100%10), '0' + byte(i/10%10), '0' + byte(i%10)}) + "-worker"
	}
	dictionary := NewDictionary(words)
	for _, word := range []string{"-12345-worke", "-1234567-worker", "-missing", "-12x4y-worker"} {
		b.Run(word, func(b *testing.B) {
			for b.Loop() {
				dictionary.Closest(word)
			}
		})
	}
}
