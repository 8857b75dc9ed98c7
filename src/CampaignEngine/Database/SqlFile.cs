using System.Collections.Concurrent;
using System.Reflection;

namespace CampaignEngine.Database;

/// <summary>
/// One SQL statement kept as an embedded file. A type's statements lie in the <c>Sql</c> subfolder of the type's own folder:
/// <c>SqlFile.Load&lt;FreezeMailing&gt;("FreezeItems")</c> in <c>Deduplication/</c> reads <c>Deduplication/Sql/FreezeItems.sql</c>.
/// </summary>
public static class SqlFile
{
    private static readonly ConcurrentDictionary<(Assembly Assembly, string Resource), string> Cache = new();

    /// <summary>Reads the statement <paramref name="name"/> (without folder and extension) beside <typeparamref name="TAnchor"/>.</summary>
    /// <exception cref="InvalidOperationException">No such file is embedded; the message names the resource and its neighbours.</exception>
    public static string Load<TAnchor>(string name) => Load(typeof(TAnchor), name);

    /// <summary>The same for a static class, which cannot be a type argument.</summary>
    public static string Load(Type anchor, string name) =>
        Cache.GetOrAdd((anchor.Assembly, ResourceName(anchor, name)), static key => Read(key.Assembly, key.Resource));

    /// <summary>Every embedded statement of an assembly except migrations, as (resource name, text): a test prepares them all.</summary>
    public static IEnumerable<(string Resource, string Text)> All(Assembly assembly) =>
        assembly.GetManifestResourceNames()
            .Where(name => name.EndsWith(".sql", StringComparison.Ordinal) && name.Contains(".Sql.", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name => (name, Read(assembly, name)));

    internal static string Read(Assembly assembly, string resource)
    {
        using var stream = assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException(Missing(assembly, resource));
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static string ResourceName(Type anchor, string name) => $"{anchor.Namespace}.Sql.{name}.sql";

    private static string Missing(Assembly assembly, string resource)
    {
        var folder = resource[..(resource.IndexOf(".Sql.", StringComparison.Ordinal) + 5)];
        var present = assembly.GetManifestResourceNames().Where(name => name.StartsWith(folder, StringComparison.Ordinal)).ToList();
        var neighbours = present.Count == 0
            ? "that folder has no embedded .sql file"
            : "present: " + string.Join(", ", present.Select(name => name[folder.Length..]));
        return $"SQL file '{resource}' is not embedded in {assembly.GetName().Name}; {neighbours}";
    }
}
