using System.Runtime.CompilerServices;

namespace PerfGate.Tests.Support;

/// <summary>
/// The process of the tests is also target, proxy, collector and server of many of them. With a thread for each processor to begin with,
/// and one or two more a second, whatever blocks one would make a healthy target answer nothing for as long as a short load takes.
/// </summary>
internal static class EnoughThreads
{
    private const int Least = 64;

    [ModuleInitializer]
    internal static void Provide() => ThreadPool.SetMinThreads(Least, Least);
}
