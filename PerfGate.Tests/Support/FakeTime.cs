namespace PerfGate.Tests.Support;

/// <summary>Processes whose clock is another than the machine's, by libfaketime (Debian's package faketime).</summary>
internal static class FakeTime
{
    private static readonly string? Library = new[] { "x86_64-linux-gnu", "aarch64-linux-gnu" }
        .Select(kind => $"/usr/lib/{kind}/faketime/libfaketime.so.1")
        .FirstOrDefault(File.Exists);

    /// <summary>Skips a test where there is none.</summary>
    public static void SkipWhereAbsent() => Assert.SkipUnless(Library is not null, "no libfaketime (package faketime)");

    /// <summary>The environment of a process whose clock is off: "+5h", "-5h". Its steady clock is right.</summary>
    public static (string Name, string Value)[] Environment(string offset) =>
        [
            ("LD_PRELOAD", Library!),
            ("FAKETIME", offset),
            ("DONT_FAKE_MONOTONIC", "1"),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
        ];
}
