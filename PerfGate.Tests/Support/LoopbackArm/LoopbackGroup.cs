using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using PerfGate.Adapters.Processes;
using PerfGate.Core.Runners;

namespace PerfGate.Tests.Support.LoopbackArm;

/// <summary>A container group: its definition, its states, and the runner that is its container.</summary>
public sealed class LoopbackGroup(string id, string name, JsonObject definition, GroupFate fate) : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly StringBuilder _printed = new();
    private readonly List<JsonObject> _events = [];
    private Process? _process;
    private string _provisioning = "Pending";
    private string? _state;
    private DateTimeOffset? _started;
    private int? _exitCode;
    private string? _detail;
    private bool _stopped;

    public string Name => name;

    public JsonObject Definition { get; set; } = definition;

    public string Location => (string)Definition["location"]!;

    /// <summary>How often its container was started.</summary>
    public int Starts { get; private set; }

    public bool IsDeleting { get; set; }

    public bool IsRunning => _process is { HasExited: false };

    /// <summary>The order as the container got it.</summary>
    public string Order => Environment[RunnerOrder.Variable];

    /// <summary>All its variables.</summary>
    public IReadOnlyDictionary<string, string> Environment =>
        Definition["properties"]!["containers"]![0]!["properties"]!["environmentVariables"]!
            .AsArray()
            .ToDictionary(variable => (string)variable!["name"]!, variable => (string)variable!["secureValue"]!);

    public string Printed
    {
        get
        {
            lock (_lock)
            {
                return _printed.ToString();
            }
        }
    }

    /// <summary>What happens after the group was accepted.</summary>
    public async Task ProvisionAsync(TimeSpan delay)
    {
        await Task.Delay(delay);
        switch (fate)
        {
            case GroupFate.FailsForCapacity:
                Happen("InsufficientCapacity.", "Warning", 1, NoCapacity(Location));
                (_provisioning, _state) = ("Failed", "Pending");
                break;
            case GroupFate.PullFails:
                var image = (string)Definition["properties"]!["containers"]![0]!["properties"]!["image"]!;
                Happen("Pulling", "Normal", 3, $"pulling image \"{image}\"");
                Happen("Failed", "Warning", 3, $"Failed to pull image \"{image}\": manifest unknown");
                (_provisioning, _state) = ("Creating", "Pending");
                break;
            case GroupFate.Runs:
                Start();
                break;
        }
    }

    /// <summary>Starts its container, or starts it again.</summary>
    public void Start()
    {
        lock (_lock)
        {
            if (IsDeleting)
            {
                return;
            }
            Starts++;
            var start = new ProcessStartInfo("dotnet", [SiblingProgram.Locate("PerfGate.Runner")])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            foreach (var (name, value) in Environment)
            {
                start.Environment[name] = value;
            }
            _process = Process.Start(start)!;
            _process.StandardInput.Close();
            _process.OutputDataReceived += (_, line) => Remember(line.Data);
            _process.ErrorDataReceived += (_, line) => Remember(line.Data);
            _process.BeginOutputReadLine();
            _process.BeginErrorReadLine();
            (_provisioning, _state, _started) = ("Succeeded", "Running", TimeProvider.System.GetUtcNow());
            (_exitCode, _detail) = (null, null);
        }
        Happen("Started", "Normal", 1, "Started container");
    }

    /// <summary>Ends the container as the platform does where it is out of memory, or its machine goes away.</summary>
    public async Task KillAsync(string detail)
    {
        lock (_lock)
        {
            (_exitCode, _detail) = (137, detail);
        }
        await EndProcessAsync();
    }

    /// <summary>Somebody stops the group.</summary>
    public async Task StopAsync()
    {
        _stopped = true;
        await EndProcessAsync();
    }

    /// <summary>The group as a GET shows it: without secure values.</summary>
    public JsonObject View(bool withInstanceView)
    {
        lock (_lock)
        {
            var view = Definition.DeepClone().AsObject();
            view["id"] = id;
            view["name"] = name;
            view["type"] = "Microsoft.ContainerInstance/containerGroups";
            var properties = view["properties"]!.AsObject();
            properties["provisioningState"] = _provisioning;
            var container = properties["containers"]![0]!["properties"]!.AsObject();
            foreach (var variable in container["environmentVariables"]!.AsArray())
            {
                variable!.AsObject().Remove("secureValue");
            }
            if (!withInstanceView)
            {
                return view;
            }
            var events = new JsonArray([.. _events.Select(one => one.DeepClone())]);
            properties["instanceView"] = new JsonObject { ["state"] = StateNow(), ["events"] = new JsonArray() };
            container["instanceView"] = new JsonObject
            {
                ["restartCount"] = Math.Max(0, Starts - 1),
                ["currentState"] = ContainerNow(),
                ["events"] = events,
            };
            return view;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await EndProcessAsync();
        _process?.Dispose();
        _process = null;
    }

    public static string NoCapacity(string location) =>
        $"The requested resource is not available in the location '{location}' at this moment. Please retry with a different "
        + "resource request or in another location. Resource requested: '2' CPU '4' GB memory 'Linux' OS";

    private string? StateNow() =>
        _stopped ? "Stopped"
        : _process is { HasExited: true } ? (ExitCodeNow() == 0 ? "Succeeded" : "Failed")
        : _state;

    private int ExitCodeNow() => _exitCode ?? _process!.ExitCode;

    private JsonObject ContainerNow() =>
        _process switch
        {
            null => new JsonObject { ["state"] = "Waiting", ["detailStatus"] = "" },
            { HasExited: false } => new JsonObject
            {
                ["state"] = "Running",
                ["startTime"] = _started!.Value.ToString("O"),
                ["detailStatus"] = "",
            },
            _ => new JsonObject
            {
                ["state"] = "Terminated",
                ["startTime"] = _started!.Value.ToString("O"),
                ["exitCode"] = ExitCodeNow(),
                ["detailStatus"] = _detail ?? (ExitCodeNow() == 0 ? "Completed" : "Error"),
            },
        };

    private async Task EndProcessAsync()
    {
        if (_process is { HasExited: false } process)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }
    }

    private void Happen(string what, string type, int count, string message)
    {
        lock (_lock)
        {
            _events.Add(
                new JsonObject
                {
                    ["name"] = what,
                    ["type"] = type,
                    ["count"] = count,
                    ["message"] = message,
                    ["firstTimestamp"] = TimeProvider.System.GetUtcNow().ToString("O"),
                    ["lastTimestamp"] = TimeProvider.System.GetUtcNow().ToString("O"),
                }
            );
        }
    }

    private void Remember(string? line)
    {
        lock (_lock)
        {
            _printed.AppendLine(line);
        }
    }
}
