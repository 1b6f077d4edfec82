users = [
    "ada.lovelace@contoso.com",
    "grace.hopper@contoso.com",
]
