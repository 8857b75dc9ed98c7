using System.Net;
using System.Text;
using CampaignEngine.Reporting.Rows;

namespace CampaignEngine.Reporting.Pages;

/// <summary>Writes HTML in which every foreign text is encoded and every figure leads to the question for its rows.</summary>
internal sealed class PageWriter
{
    /// <summary>Widths of the two pictures of a figure: one for phones, one for everything wider.</summary>
    private const int Narrow = 326;
    internal const int Wide = 532;

    private readonly StringBuilder _html = new();
    private readonly Dictionary<string, (RowsQuery Query, decimal Figure)> _asked = new(StringComparer.Ordinal);
    private readonly List<string> _order = [];

    /// <summary>The questions behind the figures, in the order of the page.</summary>
    public IReadOnlyList<AskedRows> Asked => [.. _order.Select(id => new AskedRows(id, _asked[id].Query, _asked[id].Figure))];

    public string Html => _html.ToString();

    public static string Encode(string text) => WebUtility.HtmlEncode(text);

    public PageWriter Raw(string html)
    {
        _html.Append(html).Append('\n');
        return this;
    }

    /// <param name="tag">Element, with attributes if wanted.</param>
    public PageWriter Element(string tag, string text) => Raw($"<{tag}>{Encode(text)}</{tag.Split(' ')[0]}>");

    /// <summary>A figure as a link to its question, where it has one.</summary>
    public string Cell(TableCell cell)
    {
        var text = Encode(cell.Shown);
        if (cell.Rows is { } query && query.Id is var id)
        {
            if (_asked.TryAdd(id, (query, cell.Figure)))
            {
                _order.Add(id);
            }

            text = $"<a class=\"rows\" href=\"#q-{id}\" title=\"campaign rows {id}\">{text}</a>";
        }

        return cell.Note is { } note ? $"{text}<small>{Encode(note)}</small>" : text;
    }

    public PageWriter Table(Table table)
    {
        Raw("<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Table\"><table><thead><tr>");
        Raw(string.Concat(table.Columns.Select(column => $"<th scope=\"col\">{Encode(column)}</th>")));
        Raw("</tr></thead><tbody>");
        foreach (var row in table.Rows)
        {
            Raw($"<tr><th scope=\"row\">{Cell(row[0])}</th>{string.Concat(row.Skip(1).Select(cell => $"<td>{Cell(cell)}</td>"))}</tr>");
        }

        return Raw("</tbody></table></div>");
    }

    public PageWriter Figure(Figure figure)
    {
        Raw("<figure>").Element("h3", figure.Title);
        Raw($"<div class=\"chart\">{figure.Draw(Narrow).Markup(figure.Caption, "narrow")}{figure.Draw(Wide).Markup(figure.Caption, "wide")}</div>");
        Element("figcaption", figure.Caption);
        Raw("<details><summary>The same as a table</summary>").Table(figure.Table);
        return Raw("</details></figure>");
    }
}

/// <param name="Figure">What the rows add up to.</param>
public sealed record AskedRows(string Id, RowsQuery Query, decimal Figure);
