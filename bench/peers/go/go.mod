module rota/peers

go 1.19
