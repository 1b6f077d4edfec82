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

    Look first:  .\onprem.ps1 -WhatIf
    Then do it:  .\onprem.ps1

    What became of each row is in onprem-results.csv, written row by row. Run again, it leaves alone what is done there;
    -Again does everything once more. It exits with 1 when a row is not done.
#>
[CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'High')]
param(
    # The list; onprem.csv beside this script if not given.
    [string] $List,
    # Where the results go; onprem-results.csv beside this script if not given.
    [string] $Results,
    # Do what the results say is done once more.
    [switch] $Again,
    # An account that may do this; without it, the one that runs the script.
    [System.Management.Automation.PSCredential] $Credential
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# Not as defaults of the parameters: there Windows PowerShell 5.1 does not know yet where the script is.
$here = Split-Path -Parent $MyInvocation.MyCommand.Path
if (-not $List) { $List = Join-Path $here 'onprem.csv' }
if (-not $Results) { $Results = Join-Path $here 'onprem-results.csv' }

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
    $done = @()
    try {
        foreach ($step in $steps) {
            if ($step -eq 'disable' -and $PSCmdlet.ShouldProcess($user.DistinguishedName, 'disable')) {
                Disable-ADAccount -Identity $user.SID @where @asWhom -Confirm:$false
                $done += 'disabled'
            }
            if ($step -eq 'enable' -and $PSCmdlet.ShouldProcess($user.DistinguishedName, 'enable')) {
                Enable-ADAccount -Identity $user.SID @where @asWhom -Confirm:$false
                $done += 'enabled'
            }
            if ($step -eq 'reset-twice' -and $PSCmdlet.ShouldProcess($user.DistinguishedName, 'replace the password twice')) {
                Set-ADAccountPassword -Identity $user.SID -Reset -NewPassword (New-UnknownPassword) @where @asWhom -Confirm:$false
                $done += 'password replaced'
                Set-ADAccountPassword -Identity $user.SID -Reset -NewPassword (New-UnknownPassword) @where @asWhom -Confirm:$false
                $done += 'and once more'
            }
        }
    } catch {
        if (-not $done) { throw }
        return "partly done: $($done -join ', '); then: $($_.Exception.Message)"
    }
    if (-not $done) { return 'not done: not confirmed' }
    "done: $($done -join ', ')"
}

$failed = 0
foreach ($row in Import-Csv -LiteralPath $List -Encoding UTF8) {
    try { $outcome = Invoke-Row -Row $row } catch { $outcome = "not done: $($_.Exception.Message)" }
    if ($outcome -notlike 'done: *') { $failed++ }
    Write-Output "row $($row.row)  $($row.user_principal_name)  $outcome"
    if ($WhatIfPreference -or $outcome -eq 'done: before') { continue }
    [PSCustomObject]@{
        row                 = $row.row
        sid                 = $row.sid
        user_principal_name = $row.user_principal_name
        do                  = $row.do
        outcome             = $outcome
        at                  = [DateTime]::UtcNow.ToString('yyyy-MM-ddTHH:mm:ssZ')
    } | Export-Csv -LiteralPath $Results -Append -NoTypeInformation -Encoding UTF8
}
if ($WhatIfPreference) { exit 0 }
if ($failed) {
    Write-Warning "$failed rows are not done; see $Results"
    exit 1
}
