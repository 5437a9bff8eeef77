"""LaTeX packages and commands that the formulas of a scene may use, and TeX commands that they may not."""

from __future__ import annotations

from jepamine.utils.words import word_set

#: Packages of Manim's own templates, then others for formulas. None that runs programs, reads files or draws
#: by PostScript, which is not interpreted: so no tikz and no graphicx.
PACKAGES = word_set(
    """
    amsmath amssymb amsfonts babel fontenc inputenc textcomp dsfont setspace tipa relsize mathrsfs calligra
    wasysym ragged2e physics xcolor microtype
    antpolt aurical avant baskervald chancery comfortaa droidsans droidserif electrum epigrafica fourier
    frcursive helvet libertine libgreek libris lmodern mathastext newcent palatino pxfonts romande tpslifonts
    txfonts txgreeks venturis vollkorn
    amsthm bbm bm bbold braket cancel centernot color colortbl array booktabs multirow mathtools mathdots
    mathabx nicefrac esint esvect euler eucal gensymb latexsym mhchem chemformula siunitx stmaryrd upgreek
    units ulem xfrac soul empheq enumitem extarrows nccmath interval commath diffcoeff derivative tensor
    slashed skak times mathptmx newtxmath newtxtext kpfonts concmath cmbright eulervm iwona arev
    """
)
#: What a line of a template's preamble may begin with, apart from packages.
DEFINITIONS = word_set(
    """
    newcommand renewcommand providecommand DeclareMathOperator DeclareMathAlphabet DeclareMathSymbol
    DeclareSymbolFont SetSymbolFont DeclareFontFamily DeclareFontShape DeclareRobustCommand definecolor
    colorlet sisetup def let linespread boldmath normalfont fontfamily fontseries selectfont bfseries
    sffamily setlength Mathastext MTEulerScale MTgreekfont MTfamily MTseries MTshape DisableLigatures
    everymath renewenvironment newenvironment DeclarePairedDelimiter newlength
    """
)
#: Commands that touch files, other programs or the device, or change how TeX reads its source.
REFUSED = word_set(
    """
    write immediate openout openin closeout closein read readline input include includegraphics includepdf
    lstinputlisting verbatiminput inputminted VerbatimInput InputIfFileExists IfFileExists usepackage
    RequirePackage documentclass LoadClass directlua latelua luaexec luadirect ShellEscape shipout output
    everyjob pdffiledump pdffilesize pdfmdfivesum pdfximage pdfobj pdfshellescape catcode csname scantokens
    special endinput newwrite newread font batchmode errorstopmode scrollmode nonstopmode tracingall dump
    jobname message errmessage typeout typein filecontents lccode uccode escapechar endlinechar
    newlinechar makeatletter AtBeginDocument AtEndDocument
    """
)
