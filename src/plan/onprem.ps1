#Requires -Version 5.1
#Requires -Modules ActiveDirectory
<#
.SYNOPSIS
    Does in Active Directory what cannot be done in the cloud: sealoff's onprem.csv, row by row.
.DESCRIPTION
    Reads onprem.csv beside this script. For each row it finds the account by its SID, makes sure that the name fits, and
    does what the column "do" says:

      disable       the account is disabled
      reset-twice   the password is replaced twice: until the first change has reached every domain controller, the
                    password before it may still be accepted somewhere

    New passwords are made on the spot, 48 characters, and are neither shown nor written down: no one can sign in until the
    service desk sets a password by its own procedure. Rows that say "enable+reset" or "identity-provider" are left to you,
    because somebody has to be given the password; the results say so.

    Look first:         powershell -ExecutionPolicy Bypass -File .\onprem.ps1 -WhatIf
    Then do it:         powershell -ExecutionPolicy Bypass -File .\onprem.ps1
    Without questions:  powershell -ExecutionPolicy Bypass -File .\onprem.ps1 -Force

    It asks before each change; answer "Yes to All", or give -Force, once you have looked. A row of which only one half
    was confirmed is "partly done", and the next run asks for all of it again.

    What became of each row is in onprem-results.csv, written row by row; the file is opened before anything is changed, so
    close it in Excel first. Run again, the script leaves alone what is done there; -Again does everything once more. It
    exits with 1 when a row is not done. It runs in Windows PowerShell 5.1 and in PowerShell 7.
#>
[CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'High')]
param(
    # The list; onprem.csv beside this script if not given.
    [string] $List,
    # Where the results go; onprem-results.csv beside this script if not given.
    [string] $Results,
    # Do what the results say is done once more.
    [switch] $Again,
    # Ask nothing. (-Confirm:$false cannot be given behind -File in Windows PowerShell.)
    [switch] $Force,
    # An account that may do this; without it, the one that runs the script.
    [System.Management.Automation.PSCredential] $Credential
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

if ($Force -and -not $PSBoundParameters.ContainsKey('Confirm')) { $ConfirmPreference = 'None' }

# Not as defaults of the parameters: there Windows PowerShell 5.1 does not know yet where the script is.
if (-not $List) { $List = Join-Path -Path $PSScriptRoot -ChildPath 'onprem.csv' }
if (-not $Results) { $Results = Join-Path -Path $PSScriptRoot -ChildPath 'onprem-results.csv' }

$asWhom = @{}
if ($Credential) { $asWhom.Credential = $Credential }

$finished = @{}
if (-not $Again -and (Test-Path -LiteralPath $Results)) {
    foreach ($result in Import-Csv -LiteralPath $Results -Encoding UTF8) {
        if ($result.outcome -like 'done: *') { $finished["$($result.sid)/$($result.do)"] = $true }
    }
}

# The list keeps spreadsheets from running a cell as a formula by an apostrophe in front; here it is taken off.
function Get-Cell([string] $Cell) { $Cell -replace "^'(?='*[=+\-@])", '' }

function New-UnknownPassword {
    $letters = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789!#$%&*?'
    if ($letters.Length -ne 64) { throw 'the alphabet must have 64 letters, so that every byte counts alike' }
    $password = New-Object System.Security.SecureString
    # One of each class, whatever chance brings.
    foreach ($letter in 'Aa2!'.ToCharArray()) { $password.AppendChar($letter) }
    $bytes = New-Object byte[] 44
    $random = [System.Security.Cryptography.RandomNumberGenerator]::Create()
    try { $random.GetBytes($bytes) } finally { $random.Dispose() }
    foreach ($byte in $bytes) { $password.AppendChar($letters[$byte -band 63]) }
    [Array]::Clear($bytes, 0, $bytes.Length)
    $password.MakeReadOnly()
    $password
}

# Chance puts three letters of the person's name into a password now and then, and Active Directory refuses it.
function Set-UnknownPassword {
    param([string] $Sid, [hashtable] $Where)
    for ($try = 1; $true; $try++) {
        try {
            Set-ADAccountPassword -Identity $Sid -Reset -NewPassword (New-UnknownPassword) @Where @asWhom -Confirm:$false
            return
        } catch {
            # By its number too: in PowerShell 7 the error may come from another session, without its type.
            $refused = $_.Exception.GetType().Name -eq 'ADPasswordComplexityException' -or
                $_.FullyQualifiedErrorId -like 'ActiveDirectoryServer:1325*'
            if (-not $refused -or $try -eq 3) { throw }
        }
    }
}

function Invoke-Row {
    param($Row)
    if ($Row.do -eq 'enable+reset') { return 'left to you: set a password that the person is given, then enable the account' }
    if ($Row.do -eq 'identity-provider') { return 'left to you: change the password at the identity provider of the domain' }
    $steps = $Row.do.Split('+')
    foreach ($step in $steps) {
        if ($step -notin 'disable', 'enable', 'reset-twice') { return "not done: this script does not know how to do '$step'" }
    }
    if ($Row.sid -notmatch '^S-1-5-21-\d+-\d+-\d+-\d+$') { return 'not done: the row has no SID of a domain' }
    if ($finished["$($Row.sid)/$($Row.do)"]) { return 'done: before' }

    $where = @{}
    $domain = Get-Cell $Row.domain
    if ($domain) { $where.Server = $domain }
    $user = Get-ADUser -Identity $Row.sid @where @asWhom
    $name = Get-Cell $Row.sam_account_name
    if ($name -and $user.SamAccountName -ne $name) {
        return "not done: the SID belongs to $($user.SamAccountName), and the list says $name"
    }
    # What the question names, and the SID that was checked: the object is of another kind in PowerShell 7.
    $words = @{ 'disable' = 'disable'; 'enable' = 'enable'; 'reset-twice' = 'replace the password twice' }
    $done = @()
    $confirmed = 0
    try {
        foreach ($step in $steps) {
            if (-not $PSCmdlet.ShouldProcess($user.DistinguishedName, $words[$step])) { continue }
            $confirmed++
            if ($step -eq 'disable') {
                Disable-ADAccount -Identity $Row.sid @where @asWhom -Confirm:$false
                $done += 'disabled'
            }
            if ($step -eq 'enable') {
                Enable-ADAccount -Identity $Row.sid @where @asWhom -Confirm:$false
                $done += 'enabled'
            }
            if ($step -eq 'reset-twice') {
                Set-UnknownPassword -Sid $Row.sid -Where $where
                $done += 'password replaced'
                Set-UnknownPassword -Sid $Row.sid -Where $where
                $done += 'and once more'
            }
        }
    } catch {
        if (-not $done) { throw }
        return "partly done: $($done -join ', '); then: $($_.Exception.Message)"
    }
    if ($WhatIfPreference) { return "would be done: $(($steps | ForEach-Object { $words[$_] }) -join ', ')" }
    if ($confirmed -eq 0) { return 'not done: not confirmed' }
    if ($confirmed -lt @($steps).Count) { return "partly done: $($done -join ', '); the rest was not confirmed" }
    "done: $($done -join ', ')"
}

# Opened before anything is changed, and for all rows: a spreadsheet program that shows it cannot get in between.
function Open-Results {
    $path = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Results)
    try {
        $stream = [System.IO.File]::Open($path, [System.IO.FileMode]::Append, [System.IO.FileAccess]::Write, [System.IO.FileShare]::Read)
    } catch {
        throw "$path cannot be written, and nothing was changed. Close it where it is open, Excel for example. $($_.Exception.Message)"
    }
    $isNew = $stream.Length -eq 0
    $writer = New-Object System.IO.StreamWriter -ArgumentList $stream, (New-Object System.Text.UTF8Encoding -ArgumentList $true)
    $writer.AutoFlush = $true
    if ($isNew) { $writer.WriteLine('"row","sid","user_principal_name","do","outcome","at"') }
    $writer
}

$rows = @(Import-Csv -LiteralPath $List -Encoding UTF8)
$failed = 0
$written = $null
if (-not $WhatIfPreference) { $written = Open-Results }
try {
    foreach ($row in $rows) {
        try { $outcome = Invoke-Row -Row $row } catch { $outcome = "not done: $($_.Exception.Message)" }
        if ($outcome -notlike 'done: *') { $failed++ }
        Write-Output "row $($row.row)  $($row.user_principal_name)  $outcome"
        if ($WhatIfPreference -or $outcome -eq 'done: before') { continue }
        $result = [PSCustomObject]@{
            row                 = $row.row
            sid                 = $row.sid
            user_principal_name = $row.user_principal_name
            do                  = $row.do
            outcome             = $outcome
            at                  = [DateTime]::UtcNow.ToString('yyyy-MM-ddTHH:mm:ssZ')
        }
        $written.WriteLine(($result | ConvertTo-Csv -NoTypeInformation | Select-Object -Last 1))
    }
} finally {
    if ($written) { $written.Dispose() }
}
if ($WhatIfPreference) { exit 0 }
if ($failed) {
    Write-Warning "$failed rows are not done; see $Results"
    exit 1
}
