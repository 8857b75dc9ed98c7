using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace CampaignEngine.Database.Migrations;

/// <summary>One forward-only step of the schema: an embedded file <c>NNNN_name.sql</c> of this folder.</summary>
public sealed partial record Migration(int Number, string Name, string Sql)
{
    /// <summary>SHA-256 of the text in lower-case hex; line ends are normalised, since a checkout may change them.</summary>
    public string Sha256 { get; } = Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes(Sql.Replace("\r\n", "\n", StringComparison.Ordinal))));

    /// <summary>The file's name, as messages show it.</summary>
    public string FileName => $"{Number:0000}_{Name}.sql";

    /// <summary>The migrations of this program, in order.</summary>
    public static IReadOnlyList<Migration> Embedded { get; } = FromAssembly(typeof(Migration).Assembly, typeof(Migration).Namespace!);

    internal static IReadOnlyList<Migration> FromAssembly(Assembly assembly, string folder)
    {
        var migrations = new SortedDictionary<int, Migration>();
        foreach (var resource in assembly.GetManifestResourceNames().Where(name => name.StartsWith(folder + ".", StringComparison.Ordinal)))
        {
            if (ResourceFile().Match(resource[(folder.Length + 1)..]) is not { Success: true } file)
            {
                continue;
            }

            var migration = new Migration(
                int.Parse(file.Groups["number"].Value, CultureInfo.InvariantCulture), file.Groups["name"].Value, SqlFile.Read(assembly, resource));
            if (!migrations.TryAdd(migration.Number, migration))
            {
                throw new InvalidOperationException(
                    $"two migrations have number {migration.Number:0000}: {migrations[migration.Number].FileName} and {migration.FileName}");
            }
        }

        return [.. migrations.Values];
    }

    // A file name that begins with a digit may be embedded with an underscore before it.
    [GeneratedRegex(@"^_?(?<number>\d{4})_(?<name>[a-z0-9_]+)\.sql$", RegexOptions.CultureInvariant)]
    private static partial Regex ResourceFile();
}
