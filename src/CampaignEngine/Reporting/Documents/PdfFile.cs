using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace CampaignEngine.Reporting.Documents;

/// <summary>The objects of a PDF 1.7 file (ISO 32000-1), written in their order with the table of their places.</summary>
internal sealed class PdfFile
{
    private readonly List<byte[]?> _objects = [];

    /// <summary>A number for an object that is written later.</summary>
    public int Reserve()
    {
        _objects.Add(null);
        return _objects.Count;
    }

    public int Add(string dictionary) => Set(Reserve(), dictionary);

    public int Set(int number, string dictionary)
    {
        _objects[number - 1] = Encoding.Latin1.GetBytes(dictionary);
        return number;
    }

    /// <param name="entries">Of the stream's dictionary, beside its length.</param>
    public int AddStream(byte[] data, string entries = "")
    {
        using var compressed = new MemoryStream();
        using (var deflate = new ZLibStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
        {
            deflate.Write(data);
        }

        var number = Reserve();
        _objects[number - 1] =
        [
            .. Encoding.Latin1.GetBytes(string.Create(CultureInfo.InvariantCulture, $"<< /Length {compressed.Length} /Filter /FlateDecode {entries} >>\nstream\n")),
            .. compressed.ToArray(),
            .. "\nendstream"u8,
        ];
        return number;
    }

    /// <param name="catalog">Number of the catalogue.</param>
    /// <param name="info">Number of the document's information.</param>
    public byte[] Write(int catalog, int info)
    {
        using var file = new MemoryStream();
        void Text(string text) => file.Write(Encoding.Latin1.GetBytes(text));
        Text("%PDF-1.7\n%\u00e2\u00e3\u00cf\u00d3\n");
        var places = new long[_objects.Count];
        for (var i = 0; i < _objects.Count; i++)
        {
            places[i] = file.Position;
            Text(string.Create(CultureInfo.InvariantCulture, $"{i + 1} 0 obj\n"));
            file.Write(_objects[i] ?? throw new InvalidOperationException($"object {i + 1} was never written"));
            Text("\nendobj\n");
        }

        var table = file.Position;
        Text(string.Create(CultureInfo.InvariantCulture, $"xref\n0 {_objects.Count + 1}\n0000000000 65535 f \n"));
        foreach (var place in places)
        {
            Text(string.Create(CultureInfo.InvariantCulture, $"{place:0000000000} 00000 n \n"));
        }

        Text(string.Create(CultureInfo.InvariantCulture, $"trailer\n<< /Size {_objects.Count + 1} /Root {catalog} 0 R /Info {info} 0 R >>\nstartxref\n{table}\n%%EOF\n"));
        return file.ToArray();
    }

    /// <summary>A text in the document's information or outline, in any script.</summary>
    public static string TextString(string text) => $"<FEFF{Convert.ToHexString(Encoding.BigEndianUnicode.GetBytes(text))}>";
}
