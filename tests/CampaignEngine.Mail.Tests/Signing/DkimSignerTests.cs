using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using CampaignEngine.Mail.Composing;
using CampaignEngine.Mail.Signing;
using CampaignEngine.Mail.Tests.Support;

namespace CampaignEngine.Mail.Tests.Signing;

public sealed class DkimSignerTests
{
    [Theory]
    [InlineData("Subject: x\r\n\r\nHi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n", "2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=")] // RFC 8463 A.3
    [InlineData("Subject: x\r\n\r\n", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")] // RFC 6376 3.4.4: nothing at all
    [InlineData("Subject: x\r\n\r\n\r\n \r\n\t\r\n", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")]
    public void TheBodyHashIsThatOfTheStandards(string message, string hash) => Assert.Contains($" bh={hash};\r\n", Sign(message), StringComparison.Ordinal);

    [Theory]
    [InlineData("A: X\r\nB : Y\t\r\n\tZ  \r\n\r\n", "a:X", "b:Y Z")] // RFC 6376 3.4.5
    [InlineData("Subject:\r\n\r\n", "subject:", null)]
    [InlineData("Subject:  \r\n \r\n\tx\r\n\r\n", "subject:x", null)]
    public void HeadersTakeTheRelaxedForm(string message, string first, string? second)
    {
        var forms = message.TrimEnd().Replace("\r\n\t", "\u0001", StringComparison.Ordinal).Replace("\r\n ", "\u0002", StringComparison.Ordinal).Split("\r\n")
            .Select(line => line.Replace("\u0001", "\r\n\t", StringComparison.Ordinal).Replace("\u0002", "\r\n ", StringComparison.Ordinal) + "\r\n")
            .Select(header =>
            {
                var output = new ArrayBufferWriter<byte>();
                var colon = header.IndexOf(':', StringComparison.Ordinal);
                RelaxedForm.WriteHeader(Encoding.ASCII.GetBytes(header[..colon]), Encoding.ASCII.GetBytes(header[(colon + 1)..]), output);
                return Encoding.ASCII.GetString(output.WrittenSpan);
            }).ToList();
        Assert.Equal(second is null ? new[] { first } : [first, second], forms);
    }

    [Fact]
    public void FromAndTheOtherHeadersOfAMessageAreNamedOnceMoreThanTheyStandThere()
    {
        var message = Some.Compose(Some.Content with
        {
            ExtraHeaders = new[] { new MessageHeader("List-Unsubscribe", "<https://x.example/u>"), new MessageHeader("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"), new MessageHeader("X-Own", "1") },
        });
        Assert.Equal(
            "From:From:To:To:Cc:Reply-To:Subject:Subject:Date:Date:Message-ID:Message-ID:MIME-Version:MIME-Version:"
            + "Content-Type:Content-Type:Content-Transfer-Encoding:List-Unsubscribe:List-Unsubscribe-Post",
            Tag(Sign(Encoding.ASCII.GetString(message)), "h"));
    }

    [Fact]
    public void TheSignatureIsGoodForTheMessageAndForNoOther()
    {
        var message = Encoding.ASCII.GetString(Some.Compose(Some.Content));
        var signed = Sign(message) + message;
        Assert.True(Verifies(signed));
        Assert.True(Verifies(signed.Replace("Subject: Your oolong", "subject:   Your\r\n   oolong", StringComparison.Ordinal)), "refolding changes nothing");
        Assert.True(Verifies(signed + "\r\n\r\n"), "empty lines at the end change nothing");
        Assert.False(Verifies(signed.Replace("Your oolong", "Your coffee", StringComparison.Ordinal)));
        Assert.False(Verifies(signed.Replace("your tea", "your coffee", StringComparison.Ordinal)));
        Assert.False(Verifies("From: Mallory <m@evil.example>\r\n" + signed), "a second From must break it");
        Assert.False(Verifies(signed.Replace("Subject:", "Subject: free money\r\nSubject:", StringComparison.Ordinal)));
        Assert.False(Verifies("Reply-To: m@evil.example\r\n" + signed), "a header that was not there must break it");
    }

    [Fact]
    public void NoLineOfTheHeaderIsLong() =>
        Assert.All(Sign(Encoding.ASCII.GetString(Some.Compose(Some.Content))).Split("\r\n"), line => Assert.True(line.Length <= 78, line));

    [Fact]
    public async Task ManyThreadsSignManyMessagesEachWithItsOwn()
    {
        var threads = new SigningThreads(3, TimeProvider.System);
        var other = TestKey.Read("other.example", "x", TestKey.Pkcs1);
        var outputs = await Task.WhenAll(Enumerable.Range(0, 300).Select(async i =>
        {
            var output = new ArrayBufferWriter<byte>();
            await threads.SignAsync(i % 2 == 0 ? TestKey.Dkim : other, Some.Compose(Some.Content with { Subject = $"number {i}" }), output);
            return Encoding.ASCII.GetString(output.WrittenSpan);
        }));
        for (var i = 0; i < outputs.Length; i++)
        {
            Assert.Contains($"Subject: number {i}\r\n", outputs[i], StringComparison.Ordinal);
            Assert.Equal(i % 2 == 0 ? "example.com" : "other.example", Tag(outputs[i], "d"));
            Assert.True(Verifies(outputs[i]));
        }
    }

    /// <summary>A second way to the same answer: by strings and regular expressions, read from RFC 6376 3.7 and 5.4.2 once more.</summary>
    private static bool Verifies(string message)
    {
        var split = message.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 2;
        var headers = Regex.Split(message[..split], "\r\n(?![ \t])").Where(h => h.Length > 0).ToList();
        var body = Regex.Replace(Regex.Replace(message[(split + 2)..], "[ \t]+", " "), " \r\n", "\r\n");
        body = Regex.Replace(body, "(\r\n)+$", "\r\n");
        var signature = headers.First(h => h.StartsWith("DKIM-Signature:", StringComparison.Ordinal));
        if (Convert.ToBase64String(SHA256.HashData(Encoding.ASCII.GetBytes(body))) != Tag(signature, "bh"))
        {
            return false;
        }

        var data = "";
        var left = headers.ToList();
        foreach (var name in Tag(signature, "h").Split(':'))
        {
            var at = left.FindLastIndex(h => h[..h.IndexOf(':', StringComparison.Ordinal)].Trim().Equals(name, StringComparison.OrdinalIgnoreCase));
            if (at >= 0)
            {
                data += Relax(left[at]) + "\r\n";
                left.RemoveAt(at);
            }
        }

        data += Relax(Regex.Replace(signature, "\\bb=[^;]*$", "b="));
        using var rsa = RSA.Create();
        rsa.ImportFromPem(TestKey.Public);
        return rsa.VerifyData(Encoding.ASCII.GetBytes(data), Convert.FromBase64String(Tag(signature, "b")), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }

    private static string Relax(string header)
    {
        var colon = header.IndexOf(':', StringComparison.Ordinal);
        return header[..colon].Trim().ToLowerInvariant() + ":" + Regex.Replace(header[(colon + 1)..].Replace("\r\n", "", StringComparison.Ordinal), "[ \t]+", " ").Trim();
    }

    private static string Tag(string header, string name)
    {
        var field = Regex.Match(header, "DKIM-Signature:(?:[^\r\n]|\r\n[ \t])*").Value;
        return Regex.Replace(Regex.Match(field, $"[ \t:;]{name}=([^;]*)").Groups[1].Value, "[ \t\r\n]", "");
    }

    private static string Sign(string message)
    {
        var output = new ArrayBufferWriter<byte>();
        using var signer = new DkimSigner(TestKey.Dkim, TimeProvider.System);
        signer.WriteSignature(Encoding.ASCII.GetBytes(message), output);
        return Encoding.ASCII.GetString(output.WrittenSpan);
    }
}
