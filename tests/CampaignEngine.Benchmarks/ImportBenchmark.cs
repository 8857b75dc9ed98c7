using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using CampaignEngine.Authoring;
using CampaignEngine.Customers;
using CampaignEngine.Customers.Import;
using CampaignEngine.Database;
using CampaignEngine.Testing;

namespace CampaignEngine.Benchmarks;

/// <summary>
/// Imports Online Retail (argument: online_retail.csv.gz) into a private server with default durability: once into an empty database,
/// once again, and once four times as long, to show that memory does not grow with the file. Each run is a process of its own, since memory
/// is measured as the peak of the whole process.
/// </summary>
internal static class ImportBenchmark
{
    public static async Task RunAsync(string[] arguments)
    {
        if (arguments is ["run", var file, var workspace])
        {
            await ImportAsync(file, workspace);
            return;
        }

        var source = arguments.Length == 1 ? Path.GetFullPath(arguments[0]) : throw new ArgumentException("give the path of online_retail.csv.gz");
        using var temporary = new TempDirectory("bench");
        var folder = temporary.FullName;
        var longer = Path.Combine(folder, "times4.csv.gz");
        Lengthen(source, longer);
        Console.WriteLine("| file | records | lines inserted | unchanged | seconds | peak memory |");
        Console.WriteLine("|---|---|---|---|---|---|");
        await ChildAsync(source, folder);
        await ChildAsync(source, folder);
        await ChildAsync(longer, folder);
        await PrivateStopAsync(folder);
    }

    private static async Task ImportAsync(string file, string workspace)
    {
        await using var database = await EngineDatabase.OpenAsync(new DatabaseOptions { WorkspaceDirectory = workspace }, TimeProvider.System, CancellationToken.None);
        await database.MigrateAsync(CancellationToken.None);
        ProblemList problems = new();
        var model = ModelLoader.Load("model.yaml", await File.ReadAllBytesAsync("model.yaml"), problems);
        var map = ImportMapLoader.Load("imports/online-retail.yaml", await File.ReadAllBytesAsync("imports/online-retail.yaml"), model!, problems)
            ?? throw new InvalidOperationException(string.Join('\n', problems.Items));
        ImportOptions options = new() { RejectsFile = Path.Combine(workspace, "rejects.csv") };
        var result = await new CustomerImport(database.Source, TimeProvider.System).RunAsync(file, map, options, null, CancellationToken.None);
        var lines = result.Entities["order_lines"];
        using var self = Process.GetCurrentProcess();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {Path.GetFileName(file)} | {result.Read:N0} | {lines.Inserted:N0} | {lines.Unchanged:N0} | {result.Seconds:0.0} | {self.PeakWorkingSet64 / 1048576} MiB |"));
    }

    private static async Task ChildAsync(string file, string workspace)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!);
        string[] own = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [typeof(ImportBenchmark).Assembly.Location] : [];
        foreach (var argument in (string[])[.. own, "import", "run", file, workspace])
        {
            start.ArgumentList.Add(argument);
        }

        using var child = Process.Start(start)!;
        await child.WaitForExitAsync();
    }

    private static Task PrivateStopAsync(string workspace) => Database.Private.PrivatePostgres.StopAsync(workspace, CancellationToken.None);

    // Four times the invoices, told apart by a letter behind their number.
    private static void Lengthen(string source, string target)
    {
        using StreamWriter writer = new(new GZipStream(File.Create(target), CompressionLevel.Fastest));
        foreach (var letter in (string[])["", "x", "y", "z"])
        {
            using StreamReader reader = new(new GZipStream(File.OpenRead(source), CompressionMode.Decompress));
            var header = reader.ReadLine();
            if (letter.Length == 0)
            {
                writer.WriteLine(header);
            }

            while (reader.ReadLine() is { } line)
            {
                writer.WriteLine(line.Insert(line.IndexOf(',', StringComparison.Ordinal), letter));
            }
        }
    }
}
