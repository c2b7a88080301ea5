Attribute VB_Name = "IpsText"
Option Explicit
Option Private Module

' Text in, text out: what needs no Excel, so that it can be run and tested without.

Private Const ADDIN_FILE As String = "ips.xlam"
Private Const OUR_PREFIX As String = "ips_"

' Whether a path says where a file is, whatever the current folder is.
Public Function IsFullPath(ByVal path As String) As Boolean
    IsFullPath = Left$(path, 1) = "/" Or Left$(path, 2) = "\\" Or Mid$(path, 2, 2) = ":\"
End Function

' Whether a shell reads a file name as nothing but a name; a Mac passes it through one.
Public Function IsShellSafe(ByVal fileName As String) As Boolean
    Dim place As Long
    IsShellSafe = True
    For place = 1 To Len(fileName)
        If InStr("""$`\|!", Mid$(fileName, place, 1)) > 0 Then IsShellSafe = False
    Next place
End Function

' What Python is told to run when a button is pressed.
Public Function PressCommand(ByVal buttonName As String) As String
    Dim place As Long
    For place = 1 To Len(buttonName)
        If Not IsWordCharacter(Mid$(buttonName, place, 1)) Then Err.Raise 5
    Next place
    PressCommand = "from addin.hosts.xlam.press import press;press('" & buttonName & "')"
End Function

' Whether a linked file is our add-in, but another copy of it than the one that is open.
Public Function IsOtherCopy(ByVal link As String, ByVal ours As String) As Boolean
    IsOtherCopy = IsOurFile(link) And LCase$(link) <> LCase$(ours)
End Function

' Whether a formula calls a function of ours, or one of our add-in under a foreign path.
Public Function CallsOurs(ByVal formula As String) As Boolean
    CallsOurs = InStr(LCase$(formula), OUR_PREFIX) > 0 Or InStr(LCase$(formula), ADDIN_FILE) > 0
End Function

' The formula as it is typed where the add-in is loaded: calls without path, file or prefix.
Public Function Repaired(ByVal formula As String) As String
    Dim place As Long, after As Long, token As String, result As String
    place = 1
    Do While place <= Len(formula)
        after = TokenEnd(formula, place)
        token = Mid$(formula, place, after - place)
        If Mid$(formula, after, 1) = "!" And IsOurFile(Unquoted(token)) And IsCall(formula, after + 1) Then
            after = after + 1
        ElseIf IsCall(formula, place) Then
            result = result & WithoutPrefix(token)
        Else
            result = result & token
        End If
        place = after
    Loop
    Repaired = result
End Function

' First place after the token that begins at a place: text, a quoted name, brackets, a word, or
' one other character.
Private Function TokenEnd(ByVal formula As String, ByVal place As Long) As Long
    Dim first As String
    first = Mid$(formula, place, 1)
    If first = """" Or first = "'" Then
        TokenEnd = QuoteEnd(formula, place)
    ElseIf first = "[" Then
        TokenEnd = BracketEnd(formula, place)
    Else
        TokenEnd = WordEnd(formula, place)
        If TokenEnd = place Then TokenEnd = place + 1
    End If
End Function

Private Function QuoteEnd(ByVal formula As String, ByVal place As Long) As Long
    Dim quote As String
    quote = Mid$(formula, place, 1)
    place = place + 1
    Do While place <= Len(formula)
        If Mid$(formula, place, 1) = quote Then
            If Mid$(formula, place + 1, 1) <> quote Then Exit Do
            place = place + 1
        End If
        place = place + 1
    Loop
    QuoteEnd = AtMost(place + 1, formula)
End Function

' Brackets of a structured reference; an apostrophe in them makes the next character plain.
Private Function BracketEnd(ByVal formula As String, ByVal place As Long) As Long
    Dim depth As Long
    Do While place <= Len(formula)
        Select Case Mid$(formula, place, 1)
            Case "'": place = place + 1
            Case "[": depth = depth + 1
            Case "]": depth = depth - 1
        End Select
        place = place + 1
        If depth = 0 Then Exit Do
    Loop
    BracketEnd = AtMost(place, formula)
End Function

Private Function WordEnd(ByVal formula As String, ByVal place As Long) As Long
    Do While place <= Len(formula)
        If Not IsWordCharacter(Mid$(formula, place, 1)) Then Exit Do
        place = place + 1
    Loop
    WordEnd = place
End Function

Private Function AtMost(ByVal place As Long, ByVal formula As String) As Long
    AtMost = place
    If place > Len(formula) + 1 Then AtMost = Len(formula) + 1
End Function

Private Function IsWordCharacter(ByVal character As String) As Boolean
    IsWordCharacter = InStr("abcdefghijklmnopqrstuvwxyz0123456789_.", LCase$(character)) > 0
    If AscW(character) > 127 Or AscW(character) < 0 Then IsWordCharacter = True
End Function

Private Function Unquoted(ByVal token As String) As String
    Unquoted = token
    If Len(token) < 2 Then Exit Function
    If Left$(token, 1) = "'" Then Unquoted = Mid$(token, 2, Len(token) - 2)
    If Left$(token, 1) = "[" Then Unquoted = Mid$(token, 2, Len(token) - 2)
End Function

Private Function IsOurFile(ByVal path As String) As Boolean
    Dim before As String
    If LCase$(Right$(path, Len(ADDIN_FILE))) <> ADDIN_FILE Then Exit Function
    If Len(path) = Len(ADDIN_FILE) Then IsOurFile = True: Exit Function
    before = Mid$(path, Len(path) - Len(ADDIN_FILE), 1)
    IsOurFile = before = "\" Or before = "/" Or before = ":"
End Function

Private Function IsCall(ByVal formula As String, ByVal place As Long) As Boolean
    Dim after As Long
    after = WordEnd(formula, place)
    IsCall = after > place And Mid$(formula, after, 1) = "("
End Function

Private Function WithoutPrefix(ByVal word As String) As String
    WithoutPrefix = word
    If LCase$(Left$(word, 9)) = "_xll.ips_" Then WithoutPrefix = Mid$(word, 6)
    If LCase$(Left$(word, 12)) = "_xldudf_ips_" Then WithoutPrefix = Mid$(word, 9)
End Function
