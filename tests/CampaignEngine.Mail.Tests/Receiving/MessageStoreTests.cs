using System.Text;
using CampaignEngine.Mail.Receiving;
using CampaignEngine.Mail.Smtp;
using CampaignEngine.Mail.Tests.Support;
using CampaignEngine.Testing;

namespace CampaignEngine.Mail.Tests.Receiving;

public sealed class MessageStoreTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WhatWasStoredIsListedAndReadBack(bool durable)
    {
        using var folder = new TempDirectory("box");
        Assert.Null(MessageStore.Open(folder.FullName));
        await using (var writer = MessageStoreWriter.Open(folder["box"], durable))
        {
            await writer.AppendAsync(Message(1, "anna@example.com", "Tee für dich"));
            await writer.AppendAsync(Message(2, "Bert@example.com", "zwei"));
            await writer.AppendAsync(Message(3, "anna@example.com", new string('x', 5_000)));
            Assert.Equal(3, writer.Count);
        }

        using var store = MessageStore.Open(folder["box"])!;
        Assert.Equal(3, store.Count);
        Assert.Equal([3, 2, 1], store.NewestFirst().Select(m => m.Number));
        Assert.Equal([2, 3], store.OldestFirst(2).Select(m => m.Number));
        Assert.Equal([3, 1], store.ToRecipient("ANNA@example.com").Select(m => m.Number));
        var first = store.Find(1)!;
        Assert.Equal("Tee für dich", first.Subject);
        Assert.Equal("m.1@mail.example.com", first.MessageId);
        Assert.Equal("bounce@mail.example", first.Sender);
        Assert.Equal(new DateTimeOffset(2026, 3, 10, 8, 0, 1, TimeSpan.Zero), first.ReceivedAt);
        Assert.Equal(Message(1, "anna@example.com", "Tee für dich").Data.ToArray(), store.ReadContent(first));
        Assert.Equal(1_000, store.Find(3)!.Subject.Length);
        Assert.Null(store.Find(0));
        Assert.Null(store.Find(4));
    }

    [Fact]
    public async Task ATailTornAnywhereCostsOnlyTheMessageThatWasNotFinished()
    {
        using var folder = new TempDirectory("box");
        await using (var writer = MessageStoreWriter.Open(folder.FullName, durable: false))
        {
            for (var i = 1; i <= 3; i++)
            {
                await writer.AppendAsync(Message(i, "anna@example.com", "tea"));
            }
        }

        var data = await File.ReadAllBytesAsync(folder["messages.dat"], Token);
        var index = await File.ReadAllBytesAsync(folder["messages.idx"], Token);
        var ends = new[] { BitConverter.ToInt64(index, 8), BitConverter.ToInt64(index, 16), data.Length };
        for (var cut = 0; cut <= data.Length; cut += 7)
        {
            // The index may be behind, level, ahead, or torn itself.
            foreach (var indexLength in new[] { 0, 8, 13, 24 })
            {
                await File.WriteAllBytesAsync(folder["messages.dat"], data[..cut], Token);
                await File.WriteAllBytesAsync(folder["messages.idx"], index[..indexLength], Token);
                var whole = ends.Count(e => e <= cut);
                await using (var writer = MessageStoreWriter.Open(folder.FullName, durable: false))
                {
                    Assert.Equal(whole, writer.Count);
                    await writer.AppendAsync(Message(9, "last@example.com", "after"));
                }

                using var store = MessageStore.Open(folder.FullName)!;
                Assert.Equal([.. Enumerable.Range(1, whole).Select(i => $"m.{i}@mail.example.com"), "m.9@mail.example.com"], store.OldestFirst().Select(m => m.MessageId));
            }
        }
    }

    [Fact]
    public async Task ZerosAtTheEndOfTheIndexAreNoMessages()
    {
        using var folder = new TempDirectory("box");
        await using (var writer = MessageStoreWriter.Open(folder.FullName, durable: false))
        {
            await writer.AppendAsync(Message(1, "anna@example.com", "tea"));
            await writer.AppendAsync(Message(2, "anna@example.com", "tea"));
        }

        await using (var index = File.Open(folder["messages.idx"], FileMode.Append))
        {
            index.Write(new byte[800]);
        }

        await using var again = MessageStoreWriter.Open(folder.FullName, durable: false);
        Assert.Equal(2, again.Count);
    }

    [Fact]
    public async Task GarbageInTheFilesGivesNoMessageAndNoException()
    {
        using var folder = new TempDirectory("box");
        var random = new Random(23);
        for (var i = 0; i < 300; i++)
        {
            var (data, index) = (new byte[random.Next(200)], new byte[random.Next(64)]);
            random.NextBytes(data);
            random.NextBytes(index);
            if (random.Next(2) == 0 && data.Length >= 16)
            {
                BitConverter.TryWriteBytes(data, 0x47454D31u);
            }

            await File.WriteAllBytesAsync(folder["messages.dat"], data, Token);
            await File.WriteAllBytesAsync(folder["messages.idx"], index, Token);
            using (var store = MessageStore.Open(folder.FullName)!)
            {
                Assert.Empty(store.NewestFirst());
            }

            await using var writer = MessageStoreWriter.Open(folder.FullName, durable: false);
            Assert.Equal(0, writer.Count);
        }
    }

    [Fact]
    public async Task ThereIsOneWriterAndReadersSeeWholeMessagesWhileItWrites()
    {
        using var folder = new TempDirectory("box");
        await using var writer = MessageStoreWriter.Open(folder.FullName, durable: false);
        Assert.Throws<IOException>(() => MessageStoreWriter.Open(folder.FullName, durable: false));
        using var store = MessageStore.Open(folder.FullName)!;
        var writing = Task.WhenAll(Enumerable.Range(0, 4).Select(lane => Task.Run(
            async () =>
            {
                for (var i = 0; i < 500; i++)
                {
                    var message = Message((lane * 500) + i, "anna@example.com", new string('t', i));
                    Assert.Equal(MailReader.Read(message.Data).MessageId, store.Find(await writer.AppendAsync(message))!.MessageId);
                }
            },
            Token)));
        while (!writing.IsCompleted)
        {
            var count = store.Count;
            Assert.Equal(count, store.OldestFirst().Take((int)count).Count());
            if (store.NewestFirst().FirstOrDefault() is { } newest)
            {
                Assert.Equal(newest.MessageId, MailReader.Read(store.ReadContent(newest)).MessageId);
            }
        }

        await writing;
        Assert.Equal(2_000, store.OldestFirst().Select(m => m.MessageId).Distinct().Count());
    }

    [Fact]
    public async Task AReceiverInFrontOfAStoreAcceptsOnlyWhatIsStored()
    {
        using var folder = new TempDirectory("box");
        await using var writer = MessageStoreWriter.Open(folder.FullName, durable: true);
        await using var receiver = SmtpReceiver.Start(
            new SmtpReceiverOptions(),
            async (message, _) =>
            {
                await writer.AppendAsync(message);
                return SmtpReceiver.Stored;
            },
            TimeProvider.System);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async lane =>
        {
            await using var connection = await SmtpConnection.ConnectAsync(Some.Route(receiver.EndPoint.Port), TimeProvider.System, Token);
            for (var i = 0; i < 25; i++)
            {
                var message = Some.Compose(Some.Content with { MessageId = $"m.{lane}.{i}@mail.example.com" });
                Assert.Equal(SmtpVerdictKind.Accepted, (await connection.SendAsync(Some.Envelope, message, static () => true, Token)).Kind);
            }
        }));
        using var store = MessageStore.Open(folder.FullName)!;
        Assert.Equal(100, store.OldestFirst().Select(m => m.MessageId).Distinct().Count());
    }

    private static ReceivedMessage Message(int number, string recipient, string subject) => new()
    {
        Sender = "bounce@mail.example",
        Recipients = [recipient],
        Data = Encoding.UTF8.GetBytes($"Subject: {subject}\r\nMessage-ID: <m.{number}@mail.example.com>\r\n\r\nbody {number}\r\n"),
        ReceivedAt = new DateTimeOffset(2026, 3, 10, 8, 0, number % 60, TimeSpan.Zero),
        HelloName = "x",
    };
}
