#Requires -Version 5.1
<#
.SYNOPSIS
    The layoff of 27 November at 17:00 in Berlin, by the Task Scheduler of Windows.
.DESCRIPTION
    Run it once, as the user whose sealoff.toml names the certificate (%APPDATA%\sealoff\sealoff.toml; samples/sealoff.toml). The plan
    was made and approved in the morning, in the folder "sealoff" of that user.

    The first task asks every night whether a run would be possible. The second begins an hour before, so that what would fail is
    known in time; everybody on the plan is looked at again at the moment itself. The third proves what was done: code 3 says that
    somebody is not locked out. The code of each is "Last Run Result" in the Task Scheduler.
#>
[CmdletBinding()]
param()

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$folder = Join-Path -Path $env:USERPROFILE -ChildPath 'sealoff'

function Register-Command {
    param([string] $Name, [string] $Line, $Trigger)
    # By the command prompt, which writes what a command prints into a file.
    $action = New-ScheduledTaskAction -Execute 'cmd.exe' -Argument "/d /c $Line" -WorkingDirectory $folder
    # A laptop on battery, or one that was asleep at the time, does it all the same.
    $settings = New-ScheduledTaskSettingsSet -AllowStartIfOnBatteries -DontStopIfGoingOnBatteries -StartWhenAvailable
    Register-ScheduledTask -TaskName $Name -Action $action -Trigger $Trigger -Settings $settings | Out-Null
}

$daily = New-ScheduledTaskTrigger -Daily -At '02:15'
Register-Command -Name 'sealoff doctor' -Trigger $daily -Line @'
sealoff doctor -q --playbook breach --json > doctor.json
'@

$before = New-ScheduledTaskTrigger -Once -At '2026-11-27T16:00:00+01:00'
Register-Command -Name 'sealoff layoff' -Trigger $before -Line @'
sealoff apply -q monday --confirm 38@2570c50cf3a6 --not-before 2026-11-27T17:00:00+01:00 --events events.jsonl --json > recap.json
'@

$after = New-ScheduledTaskTrigger -Once -At '2026-11-27T17:30:00+01:00'
Register-Command -Name 'sealoff proof' -Trigger $after -Line @'
sealoff verify -q monday --json > verify.json
'@
