using CampaignEngine.Templating;

namespace CampaignEngine.Templating.Tests;

public sealed class FaultPlaceTests
{
    [Theory]
    [InlineData("{{ [1] | array.first 2 }}", 10, "array.first takes 1 argument and got more: array.first <list>")]
    [InlineData("{{ [1] | array.each @math.plus 2 }}", 10, "array.each takes 2 arguments and got more: array.each <list> <function>")]
    [InlineData("{{ [] | array.each 2 }}", 20, "a function is needed here; write @ before its name")]
    [InlineData("{{ 'x' | math.abs }}", 10, "math.abs needs a number, not a string")]
    [InlineData("{{ '3' | math.round }}", 4, "`3` (string) cannot be used as the number `value` of math.round")]
    [InlineData("{{ 2 | math.divided_by 'x' }}", 8, "/ does not work on text")]
    [InlineData("{{ 'x' | math.format 'N2' }}", 10, "math.format needs a number, not a string")]
    [InlineData("{{ 1 | math.format 'N2' 'no culture' }}", 8, "there is no culture `no culture`; a name looks like en-US")]
    [InlineData("{{ '2026-03-09' | date.add_days 1 }}", 4, "`2026-03-09` (string) is not a date, which `date` of date.add_days needs")]
    [InlineData("{{ date.parse '1' '%j' }}", 19, "the code %j cannot be used to read a date")]
    [InlineData("{{ 'x' | date.parse 'a' }}", 10, "`a` is no pattern to read a date by; one looks like %Y-%m-%d")]
    [InlineData("{{ 'x' | date.parse_to_string 'yyyy' 'fr-FR' 'X' }}", 10, "`X` is no pattern to read a date by; one looks like %Y-%m-%d")]
    [InlineData("{{ '2026-03-09' | date.parse_to_string 'X' }}", 19, "`X` is not a format for this value")]
    [InlineData("{{ date.parse '2026-03-09' | date.add_months 999999 }}", 46, "the date lies outside the years 1 to 9999")]
    [InlineData("{{ date.parse '2026-03-09' | date.add_months 99999 }}", 46, "the date lies outside the years 1 to 9999")]
    [InlineData("{{ include null }}", 4, "include needs the name of a template")]
    [InlineData("{{ timespan.parse 'x' }}", 4, "`x` is not a timespan; one looks like 1.12:30:00")]
    [InlineData("{{ timespan.from_days 1e300 }}", 4, "the timespan is too long, or no number")]
    [InlineData("{{ timespan.from_days '1' }}", 23, "`1` (string) cannot be used as the double `days` of timespan.from_days")]
    [InlineData("{{ 'x' | object.from_json }}", 10, "this is not JSON: 'x' is an invalid start of a value. LineNumber: 0 | BytePositionInLine: 0.")]
    [InlineData("{{ null | object.from_json }}", 4, "there is no JSON: it is null; give a default with ??")]
    [InlineData("{{ object.eval '1 +' }}", 16, "the text is not an expression: eval(")]
    [InlineData("{{ 5 | object.has_key 'a' }}", 4, "`5` (number) is not an object, which `value` of object.has_key needs")]
    [InlineData("{{ null | regex.match 'a' }}", 11, "a text is needed here, this is null; give a default with ??")]
    [InlineData("{{ '\\\\d' | regex.unescape }}", 12, "the text cannot be unescaped: ")]
    [InlineData("{{ 'a' | regex.split '[' }}", 10, "the regular expression has a fault: ")]
    [InlineData("{{ null | string.index_of 'a' }}", 4, "a text is needed here, this is null; give a default with ??")]
    [InlineData("{{ null | date.add_days 1 }}", 11, "there is no date to add to: it is null; give a default with ??")]
    [InlineData("{{ 'x' | string.base64_decode }}", 10, "the text is not base64")]
    [InlineData("{{ 'abc' | string.slice 0 (-1) }}", 27, "the length of string.slice cannot be negative")]
    [InlineData("{{ 'abc' | string.pad_left (-1) }}", 12, "a width cannot be negative")]
    [InlineData("{{ 'abc' | string.index_of 'a' 9 }}", 32, "the start or the count of string.index_of lies outside the text")]
    [InlineData("{{ 'abc' | string.index_of 'a' 0 9 }}", 34, "the start or the count of string.index_of lies outside the text")]
    [InlineData("{{ 'abc'[3] }}", 4, "`'abc'` has 3 characters and none at 3; ask for its size first")]
    [InlineData("{{ -nothing }}", 5, "a null has no sign; - and + need a number")]
    [InlineData("{{ 7 == {} }}", 6, "== does not work between a number and a object")]
    [InlineData("{{ case {}; when 1; end }}", 13, "== does not work between a object and a number")]
    [InlineData("{{ case [1]; when 1; end }}", 14, "== does not work between a array and a number: a list goes with a list")]
    [InlineData("{{ l = [1]; l += 1 }}", 13, null)]
    [InlineData("{{ [1] * {} }}", 8, "a list cannot be multiplied or divided by a object")]
    [InlineData("{{ [1]..2 }}", 7, ".. does not work between a array and a number")]
    [InlineData("{{ (1..3) + {} }}", 13, "+ does not work between a iterator and a object: a list goes with a list")]
    [InlineData("{{ {} == (1..3) }}", 4, "== does not work between a object and a iterator: a list goes with a list")]
    [InlineData("{{ empty << 1 }}", 10, "<< does not work between a object and a number")]
    [InlineData("{{ empty | array.size }}", 4, "`empty` is not a list, which `list` of array.size needs")]
    [InlineData("{{ 5['a'] }}", 6, "a number has no elements")]
    [InlineData("{{ s = 'abc'; s[0] = 'x' }}", 17, "an element of a string cannot be set")]
    public void AFaultStandsAtThePlaceTheLanguageGivesIt(string text, int column, string? message)
    {
        var fault = Assert.Throws<TemplateException>(() => Template.Parse(text, "x").Render());

        Assert.StartsWith($"x(1,{column}): error CE3101: {message}", fault.Message);
    }
}
