using CampaignEngine.Authoring;
using CampaignEngine.Campaigns;

namespace CampaignEngine.Rendering.TemplateTests;

/// <summary>The shape of templates/tests/NAME.yaml.</summary>
public static class TemplateTestShape
{
    private static readonly ScalarKind PatternKind = new("regular expression", "^Hello,? Mei", null, text => TemplateTestLoader.TryPattern(text, out var fault) is null ? fault : null);

    // Fields, or rows of a relation, which may hold rows again.
    private static readonly Shape Rows = Related(Related(Related(new ScalarShape(ScalarKind.Value) { Description = "A value." })));

    private static readonly NamedShape Customer = new(ScalarKind.Identifier, Rows) { Description = "Fields of the person by their names in model.yaml, and rows of its relations; what is not written is empty." };

    private static readonly ListShape Texts = new(new ScalarShape(ScalarKind.Value) { Description = "A text." }) { Description = "Texts; white space counts as one space.", OrSingle = true };

    private static readonly MapShape Part = new(
        new("contains", Texts),
        new("not_contains", Texts),
        new("equals", new ScalarShape(ScalarKind.Value) { Description = "The whole part; line ends and white space at its end do not count." }),
        new("matches", new ListShape(new ScalarShape(PatternKind) { Description = "A regular expression without look-around or back references." }) { Description = "Regular expressions that must be found; ^ and $ mean lines.", OrSingle = true }))
    { Description = "What the part must and must not hold." };

    public static MapShape Shape { get; } = new(
        new("template", new ScalarShape(CampaignShape.TemplateKind) { Description = "Template below templates/, without extension." }) { Default = "that of the drop" },
        new("campaign", new ScalarShape(ScalarKind.Name) { Description = "Campaign whose subject, cells and purpose the messages have." }) { Default = "the first campaign that uses the template" },
        new("drop", new ScalarShape(ScalarKind.Name) { Description = "Drop of the campaign." }) { Default = "its first drop with the template" },
        new("tests", new ListShape(new MapShape(
            new("test", new ScalarShape(ScalarKind.Line) { Description = "What is tested, in words." }) { Required = true },
            new("customer", Customer),
            new("orders", Rows) { Default = "none" },
            new("cell", new ScalarShape(ScalarKind.Name) { Description = "Test cell of the campaign." }) { Default = "the first" },
            new("language", new ScalarShape(ScalarKind.Line) { Description = "Language of the person, such as zh-TW." }) { Default = "that of the customer" },
            new("now", new ScalarShape(ScalarKind.LocalTime) { Description = "Local time of the rendering, for date.now." }) { Default = "2026-01-01 12:00" },
            new("fails", new ScalarShape(ScalarKind.Value) { Description = "There must be no message for this person, and the reason holds this text." }),
            new("subject", Part),
            new("html", Part),
            new("text", Part))
        { Description = "One person's message." }) { Description = "The tests.", AtLeast = 1 }) { Required = true })
    { Description = "Tests of one template: made-up people, and what their messages must hold." };

    private static EitherShape Related(Shape value) => new(
        new ScalarShape(ScalarKind.Value) { Description = "A value." },
        new ListShape(new EitherShape(new ScalarShape(ScalarKind.Value) { Description = "An element." }, new NamedShape(ScalarKind.Identifier, value) { Description = "Fields of a row." }) { Description = "A row." })
        { Description = "Rows, the newest first.", OrSingle = true })
    { Description = "A value, one row or a list of rows." };
}
