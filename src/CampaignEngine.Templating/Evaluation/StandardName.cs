using System.Text;

namespace CampaignEngine.Templating.Evaluation;

/// <summary>The language's standard names: <c>FirstName</c> becomes <c>first_name</c>, <c>HTMLText</c> becomes <c>html_text</c>.</summary>
internal static class StandardName
{
    public static string Of(string name)
    {
        var text = new StringBuilder(name.Length + 4);
        var previousIsUpper = false;
        for (var i = 0; i < name.Length; i++)
        {
            var c = name[i];
            if (char.IsUpper(c))
            {
                var nextIsLower = i + 1 < name.Length && char.IsLower(name[i + 1]);
                if (i > 0 && text[^1] != '_' && (!previousIsUpper || nextIsLower))
                {
                    text.Append('_');
                }

                previousIsUpper = true;
                text.Append(char.ToLowerInvariant(c));
            }
            else
            {
                previousIsUpper = false;
                text.Append(c);
            }
        }

        return text.ToString();
    }
}
