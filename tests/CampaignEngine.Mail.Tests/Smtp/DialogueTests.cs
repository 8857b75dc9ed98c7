using System.Globalization;
using CampaignEngine.Mail.Smtp;
using CampaignEngine.Mail.Tests.Support;

namespace CampaignEngine.Mail.Tests.Smtp;

/// <summary>Every file of Cases/Smtp is one conversation; each "V:" line is the verdict on one message.</summary>
public sealed class DialogueTests
{
    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Cases", "Smtp");

    public static TheoryData<string, bool> Cases()
    {
        var data = new TheoryData<string, bool>();
        foreach (var file in Directory.GetFiles(Folder, "*.txt").Order(StringComparer.Ordinal))
        {
            data.Add(Path.GetFileName(file), true);
            data.Add(Path.GetFileName(file), false);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task TheVerdictIsTheOneTheFileNames(string file, bool inOneCall)
    {
        var script = await File.ReadAllLinesAsync(Path.Combine(Folder, file), TestContext.Current.CancellationToken);
        await using var relay = new DialogueRelay(script, Some.ShortMessage);
        await using (var connection = await SmtpConnection.ConnectAsync(Some.Route(relay.Port), TimeProvider.System, TestContext.Current.CancellationToken))
        {
            foreach (var expected in relay.Verdicts)
            {
                var verdict = await SendAsync(connection, inOneCall);
                Assert.Equal(expected, Describe(verdict, connection.IsUsable));
            }
        }

        await relay.Finished.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
    }

    private static async Task<SmtpVerdict> SendAsync(SmtpConnection connection, bool inOneCall)
    {
        var message = Some.Bytes(Some.ShortMessage);
        if (inOneCall)
        {
            return await connection.SendAsync(Some.Envelope, message, static () => true, TestContext.Current.CancellationToken);
        }

        var step = await connection.PrepareAsync(Some.Envelope, message, TestContext.Current.CancellationToken);
        return step.IsHeld ? await connection.CommitAsync(TestContext.Current.CancellationToken) : step.Refusal;
    }

    private static string Describe(SmtpVerdict v, bool usable) =>
        string.Create(CultureInfo.InvariantCulture, $"{v.Kind} {v.Stage} {v.Code} {v.EnhancedCode ?? "-"} {(usable ? "usable" : "closed")}: {v.Text}");
}
