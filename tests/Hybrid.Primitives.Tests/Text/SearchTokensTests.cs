using Hybrid.Primitives.Text;

namespace Hybrid.Primitives.Tests.Text;

public class SearchTokensTests
{
    [Theory]
    [InlineData("Hello, World!", "hello world")]
    [InlineData("CAFÉ Cafe\u0301", "cafe cafe")]
    [InlineData("Łódź Straße Ærø ﬁn", "lodz strasse aero fin")]
    [InlineData("Ελλάς ΕΛΛΆΣ", "ελλασ ελλασ")]
    [InlineData("ＡＢＣ１２ ｶﾅ", "abc12 カナ ナ")]
    [InlineData("don't re-do_it a.b", "don t re do it a b")]
    [InlineData("日本", "日本 本")]
    [InlineData("字", "字")]
    [InlineData("検索中", "検索 索中 中")]
    [InlineData("iPhoneを買う", "iphone を買 買う う")]
    [InlineData("한국어 검색", "한국 국어 어 검색 색")]
    [InlineData("𠮷野", "𠮷野 野")]
    [InlineData("नमस्ते", "नमस्ते")]
    [InlineData("שָׁלוֹם", "שלום")]
    [InlineData("👍 … — !", "")]
    public void Texts_become_tokens(string text, string tokens) =>
        Assert.Equal(tokens, string.Join(' ', SearchTokens.Of(text)));

    [Theory]
    [InlineData("Crème brûlée", "creme|brulee")]
    [InlineData("検", "検")]
    [InlineData("検索", "検索")]
    [InlineData("検索中", "検索+索中")]
    [InlineData("iPhoneを", "iphone|を")]
    public void What_is_searched_for_becomes_phrases(string text, string phrases) =>
        Assert.Equal(phrases, string.Join('|', SearchTokens.Wanted(text).Select(static phrase => string.Join('+', phrase.Tokens))));

    [Theory]
    [InlineData("Crème, creme and Cremona: crux", "creme", "Crème,creme")]
    [InlineData("Hello World", "wor hel", "Hello,World")]
    [InlineData("全文検索の実装", "検索", "検索")]
    [InlineData("nothing", "else", "")]
    public void Words_that_matched_are_told_as_they_are_written(string text, string term, string words) =>
        Assert.Equal(words, string.Join(',', SearchTokens.Matching(text, SearchTokens.Wanted(term))));

    [Fact]
    public void Long_words_are_cut_alike_on_both_sides()
    {
        var word = new string('a', 63) + "\U0001D4D0" + "rest";

        Assert.Equal([new string('a', 63)], SearchTokens.Of(word));
        Assert.Equal([new string('a', 63)], SearchTokens.Wanted(word).Single().Tokens);
        Assert.Equal(63, SearchTokens.Wanted(new string('字', 1000)).Single().Tokens.Count);
        Assert.Equal(1000, SearchTokens.Of(new string('字', 1000)).Count);
    }

    [Fact]
    public void There_are_no_more_tokens_than_asked_for()
    {
        Assert.Equal(["a", "b"], SearchTokens.Of("a b c", 2));
        Assert.Equal(["日本", "本語"], SearchTokens.Of("日本語", 2));
        Assert.Equal(2, SearchTokens.Wanted("a b c", 2).Count);
    }
}
